/* SPDX-License-Identifier: MIT */
#ifndef COCFS_BASE_ESCAPE_H
#define COCFS_BASE_ESCAPE_H

#include "base/buf.h"

/*
 * Text as one field of a line: control characters (tab and newline among them) and the backslash
 * are written as a backslash and three octal digits, as /proc/mounts does. Other bytes stay.
 */

/* Appends text, escaped. Returns 0 or -ENOMEM. */
int escape_append(struct buf *buf, const char *text);

/* Puts an escaped text right in its place. What is no escape stays. */
void escape_undo(char *text);

#endif
