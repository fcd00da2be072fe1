/* SPDX-License-Identifier: MIT */
#ifndef COCFS_BASE_INI_H
#define COCFS_BASE_INI_H

#include <stddef.h>

/*
 * INI files as the SDKs' credentials are written: "[section]" lines, "key = value" lines, comments
 * from '#' or ';' at the start of a line or after white space, CRLF or LF, a byte order mark, and
 * one pair of quotes around a value. Parsed in place: no copy of a value is made.
 */

/* Called for each key; the strings live as long as the text. section is "" before the first one.
 * A negative return ends the parsing and is returned. */
typedef int ini_fn(void *data, const char *section, const char *key, const char *value);

/*
 * Parses size bytes of text, which is followed by a NUL and is cut into pieces by this. Returns 0;
 * -EINVAL for a line that is none of the above or holds a NUL or control character, its number in
 * *ret_line (else untouched); or what fn returned.
 */
int ini_parse(char *text, size_t size, ini_fn *fn, void *data, unsigned *ret_line);

#endif
