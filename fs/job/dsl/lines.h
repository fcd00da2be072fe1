/* SPDX-License-Identifier: MIT */
#ifndef COCFS_JOB_DSL_LINES_H
#define COCFS_JOB_DSL_LINES_H

#include <stddef.h>

/* The lines of a document, as libyaml divides it. Pure. */

/* The length of the byte order mark at the beginning, 0 if there is none. */
size_t dsl_bom_size(const char *content, size_t size);

/* The length of the line break (LF, CR, CR LF, NEL, LS, PS) at the beginning of left bytes, at
 * least one; 0 if there is none. */
size_t dsl_break_size(const char *content, size_t left);

/*
 * The place of a byte, with libyaml's line breaks and, like its marks, without a byte order mark
 * at the beginning. What is before offset must be UTF-8, or the column is a guess.
 */
void dsl_place_of_offset(const char *content, size_t offset, unsigned *ret_line,
			 unsigned *ret_column);

#endif
