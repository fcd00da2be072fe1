/* SPDX-License-Identifier: MIT */
#ifndef COCFS_BASE_SHOWN_H
#define COCFS_BASE_SHOWN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/*
 * The one rule for foreign texts that people see: texts of the service, names of files, words of a
 * document. A foreign text must not control the terminal, forge a line, hide a part of itself, or
 * change the order in which it is read. So the following characters and bytes are never shown as
 * they are:
 *
 * Control characters (C0, DEL, C1), line separators and paragraph separators. Characters that set
 * the direction of writing, or that have no width or no form (Default_Ignorable_Code_Point).
 * Non-characters, and bytes that are not UTF-8.
 *
 * A text that shown_clean() has changed is for people only. Never use the changed text as an
 * identifier (coc/id.h).
 */

/* May the character at text be shown as it is? left: the bytes from there on, at least one.
 * *ret_size: the bytes of the character; 1 for a byte that is not UTF-8. */
bool shown_char(const char *text, size_t left, size_t *ret_size);

/* May the whole text be shown as it is? */
bool shown_as_is(const char *text, size_t size);

/* Makes a text fit to be shown, in place. White space that may not be shown as it is becomes a
 * space. Each other such character or byte becomes a '?'. The text never grows. */
void shown_clean(char *text);

/* Makes a text of several lines fit to be shown, in place. Line feeds stay; the rest is as in
 * shown_clean(). */
void shown_clean_lines(char *text);

/* Removes the last character of a text if some of its bytes are missing. Call this for a text that
 * snprintf(3) has cut. */
void shown_drop_half(char *text);

/* Appends a text, and makes the appended part fit to be shown, as shown_clean() does. Returns 0 or
 * -ENOMEM. */
int shown_append(struct buf *buf, const char *text);

#endif
