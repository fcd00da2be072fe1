/* SPDX-License-Identifier: MIT */
#ifndef COCFS_JOB_DSL_LINES_H
#define COCFS_JOB_DSL_LINES_H

#include <stdbool.h>
#include <stddef.h>

/* The lines of a document, as libyaml divides the document into lines. Pure. */

/* Returns the length in bytes of the byte order mark at the beginning; 0 if there is none. */
size_t dsl_bom_size(const char *content, size_t size);

/* Returns the length in bytes of the line break with which left bytes (at least one) begin: LF, CR,
 * CR LF, NEL, LS or PS. Returns 0 if they begin with no line break. */
size_t dsl_break_size(const char *content, size_t left);

/* Does a line begin at the byte `at` of content? Yes at the first byte, after a byte order mark at
 * the beginning, and after a line break. */
bool dsl_begins_line(const char *content, size_t at);

/*
 * Returns the line and the column of the byte at offset, both from 1, the column in characters.
 * Line breaks are libyaml's. A byte order mark at the beginning does not count, as in libyaml's
 * marks. The bytes before offset must be UTF-8; otherwise the column is a guess.
 */
void dsl_place_of_offset(const char *content, size_t offset, unsigned *ret_line,
			 unsigned *ret_column);

#endif
