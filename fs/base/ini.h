/* SPDX-License-Identifier: MIT */
#ifndef COCFS_BASE_INI_H
#define COCFS_BASE_INI_H

#include <stddef.h>

/*
 * INI files as the SDKs write their credentials. A file has lines "[section]" and lines "key =
 * value". A comment goes from '#' or ';' to the end of the line, if the sign stands at the start of
 * the line or behind white space. Lines end with CRLF or LF. A byte order mark may come first. A
 * value may have one pair of quotes around it. The text is parsed in place, so no copy of a secret
 * is made.
 */

/* ini_parse() calls this for each line "key = value". The strings live as long as the text. section
 * is "" before the first section. Return 0 to go on; another value ends the parsing, and
 * ini_parse() returns it. */
typedef int ini_fn(void *data, const char *section, const char *key, const char *value);

/*
 * Parses size bytes of text. A NUL must follow the text. The parser cuts the text into pieces.
 * Returns 0, or what fn returned. Returns -EINVAL for a line that is neither a section, a key with
 * a value, a comment nor empty. Returns -EINVAL for a line with a NUL or a control character, too.
 * Only in these two cases *ret_line is set, to the number of the line, from 1.
 */
int ini_parse(char *text, size_t size, ini_fn *fn, void *data, unsigned *ret_line);

#endif
