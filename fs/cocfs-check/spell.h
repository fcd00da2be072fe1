/* SPDX-License-Identifier: MIT */
#ifndef COCFS_CHECK_SPELL_H
#define COCFS_CHECK_SPELL_H

#include <stdio.h>

/*
 * Texts as each format spells them. A file's name has any bytes, and must neither forge a line nor
 * control a terminal. Errors of the stream stay in the stream (ferror(3)).
 */

/* A path as a field of a line: base/escape.h. */
void spell_path(FILE *file, const char *path);

/* A text as a string of JSON, with its quotes. A byte that is not UTF-8 becomes U+FFFD; what
 * base/shown.h does not show becomes an escape. */
void spell_json(FILE *file, const char *text);

/* A path as the text of a URI reference (RFC 3986), without quotes: relative, or with file://. It
 * has no byte that JSON escapes. */
void spell_uri(FILE *file, const char *path);

/* A path as a property of a workflow command of GitHub. Control characters are written as %XX. */
void spell_github_path(FILE *file, const char *path);

/* A text as the message of a workflow command of GitHub. */
void spell_github_text(FILE *file, const char *text);

#endif
