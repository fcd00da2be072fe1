/* SPDX-License-Identifier: MIT */
#ifndef COCFS_BASE_ESCAPE_H
#define COCFS_BASE_ESCAPE_H

#include "base/buf.h"

/*
 * Writes a text as one field of a line. A backslash becomes a backslash and three octal digits, as
 * in /proc/mounts. So does each byte of a character that base/shown.h does not show as it is, such
 * as a tab or a line feed. Other bytes stay. escape_undo() gives the text back. No function gives
 * back a text that shown_clean() has changed.
 */

/* Appends a text as one field of a line, with the escapes above. Returns 0 or -ENOMEM. */
int escape_append(struct buf *buf, const char *text);

/* Removes the escapes from a text, in place. A backslash that begins no escape stays. */
void escape_undo(char *text);

#endif
