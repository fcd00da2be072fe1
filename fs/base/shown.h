/* SPDX-License-Identifier: MIT */
#ifndef COCFS_BASE_SHOWN_H
#define COCFS_BASE_SHOWN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/*
 * The one rule for foreign text that people see: texts of the service, names of files, words of a
 * document. Such a text must not control the terminal, forge a line, hide a part of itself or
 * change the order in which it is read. So these are never shown as they are: control characters
 * (C0, DEL, C1), line and paragraph separators, characters that set the direction of writing or
 * have no width or no form (Default_Ignorable_Code_Point), non-characters, and bytes that are not
 * UTF-8.
 *
 * A text that was put right here is for people only. It is never an identifier: coc/id.h.
 */

/* May the character at text (of left bytes, at least one) be shown as it is? *ret_size: the bytes
 * that it takes, 1 for a byte that is not UTF-8. */
bool shown_char(const char *text, size_t left, size_t *ret_size);

/* May all of the text be shown as it is? */
bool shown_as_is(const char *text, size_t size);

/* Puts a text right in its place: white space that is not shown as it is becomes a space, and
 * each other character or byte of that kind a '?'. The text never grows. */
void shown_clean(char *text);

/* The same for a text of lines, whose line feeds stay. */
void shown_clean_lines(char *text);

/* Takes a character that was cut in its middle off the end of a text. */
void shown_drop_half(char *text);

/* Appends a text, put right. Returns 0 or -ENOMEM. */
int shown_append(struct buf *buf, const char *text);

#endif
