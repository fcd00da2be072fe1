/* SPDX-License-Identifier: MIT */
#ifndef COCFS_BASE_UTF8_H
#define COCFS_BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

#define UTF8_CHAR_MAX 4 /* the most bytes of a character */

/* Returns the offset of the first byte that is not UTF-8 (RFC 3629: no surrogates, no overlong
 * forms, at most U+10FFFF). Returns size if all bytes are UTF-8. */
size_t utf8_valid_prefix(const void *bytes, size_t size);

/* Reads the first character of left bytes. Returns the number of its bytes, and *ret_character is
 * its code point. Returns 0 if no bytes are left, or if they do not begin with a UTF-8
 * character. */
size_t utf8_next(const void *bytes, size_t left, uint32_t *ret_character);

/* Returns the number of code points in valid UTF-8. */
size_t utf8_chars(const void *bytes, size_t size);

#endif
