/* SPDX-License-Identifier: MIT */
#ifndef COCFS_BASE_ESCAPE_H
#define COCFS_BASE_ESCAPE_H

#include "base/buf.h"

/*
 * Text as one field of a line: the backslash, and each byte of what base/shown.h does not show as
 * it is (tab and newline among them), are written as a backslash and three octal digits, as
 * /proc/mounts does. Other bytes stay. Unlike a text that shown_clean() put right, this text can be
 * read back.
 */

/* Appends text, escaped. Returns 0 or -ENOMEM. */
int escape_append(struct buf *buf, const char *text);

/* Puts an escaped text right in its place. What is no escape stays. */
void escape_undo(char *text);

#endif
