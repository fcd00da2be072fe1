/* SPDX-License-Identifier: MIT */
#ifndef COCFS_JOB_COMMENTS_H
#define COCFS_JOB_COMMENTS_H

#include "job/attributes.h"

/*
 * The attributes that comments of a job file say: "# coc.risk_level: HIGH" on a line before the
 * document. git keeps no extended attributes, but it keeps the text. Pure: comments.c has the
 * rules.
 */

/* What the comments of a file say. Zero-initialise it; comments_finish() frees. */
struct comments {
	struct attr_set set;
	struct comment_place {
		unsigned line, column; /* of the value; 1-based, the column in characters */
	} places[ATTR_COUNT];
};

/*
 * Reads the comments of a content. Returns 0, -ENOMEM, or -EINVAL: an attribute is unknown, told
 * twice, or of a bad value. Then err says "LINE:COLUMN: what is wrong", and has the lines "line",
 * "column" and "what_to_do". The caller frees comments in any case.
 */
int comments_read(const char *content, size_t size, struct comments *comments, struct err *err);

/* Is there a comment within the document that would count before it? It begins a line. The first
 * of these. */
bool comments_find_late(const char *content, size_t size, enum attr *ret_attr,
			struct comment_place *ret_place);

/* The warning of such a comment, in a finding (empty before; it stays so if there is none). The
 * caller frees its text. Returns 0, -ENOMEM. */
int comments_warn_late(const char *content, size_t size, struct dsl_finding *finding);

void comments_finish(struct comments *comments);
#define _cleanup_comments_ __attribute__((cleanup(comments_finish)))

#endif
