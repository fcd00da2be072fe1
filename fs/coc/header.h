/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COC_HEADER_H
#define COCFS_COC_HEADER_H

#include <stddef.h>

/* Lines of the head of an answer, as they came: size bytes, with the end of the line or without. */

/* The value if the line is the header of that name (in any case): *ret_size bytes that have no NUL,
 * without the blanks around them. NULL if it is another line. */
const char *header_value(const char *line, size_t size, const char *name, size_t *ret_size);

/* Copies the value if the line is that header. A value that does not fit into room bytes with its
 * NUL is left out: then to stays as it is. */
void header_take(const char *line, size_t size, const char *name, char *to, size_t room);

#endif
