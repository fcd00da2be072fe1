/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COC_VALUE_H
#define COCFS_COC_VALUE_H

#include <stdbool.h>
#include <stddef.h>

/* Values that somebody has written down, or that a service has sent, for a header or a request. */

/* Does a place say the value? NULL and "" say nothing. */
bool value_is_given(const char *value);

/* Can an HTTP header carry it without ending: is it visible ASCII? What is not given is. */
bool value_is_plain(const char *value);

/* The same for a text that need not end with a NUL, and may have one in it. */
bool value_is_plain_text(const char *text, size_t size);

/* The size of a text without the blanks and line ends behind it. */
size_t value_trim(const char *text, size_t size);

#endif
