/* SPDX-License-Identifier: MIT */
#ifndef COCFS_CHECK_SPELL_H
#define COCFS_CHECK_SPELL_H

#include <stdio.h>

/*
 * These functions write texts as the formats of the output need them. The name of a file may have
 * any bytes, and must neither forge a line of the output nor control a terminal. After an error
 * ferror(3) of the stream is set.
 */

/* Writes a path to file, escaped so that it is one field of a line: without line feeds and other
 * control characters (base/escape.h). */
void spell_path(FILE *file, const char *path);

/* Writes a text as a string of JSON, with its quotes. A byte that is not UTF-8 becomes U+FFFD. A
 * character that base/shown.h does not show becomes an escape. */
void spell_json(FILE *file, const char *text);

/* Writes a path as a URI reference (RFC 3986), without quotes: a relative path as relative
 * reference, without a "./" at its beginning, an absolute path with file://. Within a JSON string
 * the result needs no further escapes. */
void spell_uri(FILE *file, const char *path);

/* Writes a path as a property of a workflow command of GitHub, without a "./" at its beginning.
 * Control characters, "%", ":" and "," become %XX. */
void spell_github_path(FILE *file, const char *path);

/* Writes a text as the message of a workflow command of GitHub. Bytes below the blank, such as a
 * line feed, and "%" become %XX. */
void spell_github_text(FILE *file, const char *text);

#endif
