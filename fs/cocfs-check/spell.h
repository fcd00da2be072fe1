/* SPDX-License-Identifier: MIT */
#ifndef COCFS_CHECK_SPELL_H
#define COCFS_CHECK_SPELL_H

#include <stdio.h>

/*
 * Writes texts in the spelling of each format. A file's name may have any bytes: it must neither
 * forge a line nor control a terminal. Errors of the stream stay in the stream (ferror(3)).
 */

/* Writes a path to file, escaped so that it is one field of a line: without line feeds and other
 * control characters (base/escape.h). */
void spell_path(FILE *file, const char *path);

/* Writes a text as a string of JSON, with its quotes. A byte that is not UTF-8 becomes U+FFFD. A
 * character that base/shown.h does not show becomes an escape. */
void spell_json(FILE *file, const char *text);

/* Writes a path as a URI reference (RFC 3986), without quotes: relative, or with file://. No byte
 * of it needs an escape in JSON. */
void spell_uri(FILE *file, const char *path);

/* Writes a path as a property of a workflow command of GitHub. Control characters become %XX. */
void spell_github_path(FILE *file, const char *path);

/* Writes a text to file, escaped as the message of a workflow command of GitHub. */
void spell_github_text(FILE *file, const char *text);

#endif
