/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COC_HEADER_H
#define COCFS_COC_HEADER_H

#include <stddef.h>

/* Reads one line of the head of an answer. line has size bytes, with or without the end of the
 * line. */

/* Returns the value if the line is the header of that name (upper and lower case are the same). The
 * value has *ret_size bytes, without a NUL and without blanks at its ends. NULL if this is another
 * header. */
const char *header_value(const char *line, size_t size, const char *name, size_t *ret_size);

/* Copies the value to `to` if the line is the header of that name. If the value and its NUL do not
 * fit into room bytes, `to` stays as it is. */
void header_take(const char *line, size_t size, const char *name, char *to, size_t room);

#endif
