/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COC_VALUE_H
#define COCFS_COC_VALUE_H

#include <stdbool.h>
#include <stddef.h>

/* Values for a header or a request. A person has written them down, or a service has sent them. */

/* Is the value given? NULL and "" are not. */
bool value_is_given(const char *value);

/* Can an HTTP header carry the value? Yes, if each byte is visible ASCII, or if the value is not
 * given. */
bool value_is_plain(const char *value);

/* As value_is_plain(), for a text of size bytes that may contain a NUL. */
bool value_is_plain_text(const char *text, size_t size);

/* Returns the size of a text without the spaces, tabs and line ends at its end. */
size_t value_trim(const char *text, size_t size);

#endif
