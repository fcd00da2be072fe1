/* SPDX-License-Identifier: MIT */
#ifndef COCFS_BASE_UTF8_H
#define COCFS_BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

#define UTF8_CHAR_MAX 4 /* bytes of a character */

/* The offset of the first byte that is not UTF-8 (RFC 3629: no surrogates, no overlong forms, at
 * most U+10FFFF), or size if all of it is. */
size_t utf8_valid_prefix(const void *bytes, size_t size);

/* The character at the beginning of left bytes. Returns the number of its bytes; 0 when there is
 * none: no bytes are left, or they are not UTF-8. */
size_t utf8_next(const void *bytes, size_t left, uint32_t *ret_character);

/* The number of code points in valid UTF-8. */
size_t utf8_chars(const void *bytes, size_t size);

#endif
