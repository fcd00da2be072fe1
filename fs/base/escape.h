/* SPDX-License-Identifier: MIT */
#ifndef COCFS_BASE_ESCAPE_H
#define COCFS_BASE_ESCAPE_H

#include "base/buf.h"

/*
 * Writes a text as one field of a line. An escape is a backslash and three octal digits, as in
 * /proc/mounts. A backslash becomes an escape. Each byte of a character that base/shown.h does not
 * show as it is, such as a tab or a line feed, becomes an escape too. Other bytes stay, spaces too.
 * escape_undo() gives the text back: so use this, and not shown_clean(), where a program reads the
 * field.
 */

/* Appends a text as one field of a line, with the escapes above. Returns 0 or -ENOMEM. */
int escape_append(struct buf *buf, const char *text);

/* Removes the escapes from a text, in place. A backslash that begins no escape stays. */
void escape_undo(char *text);

#endif
