/* SPDX-License-Identifier: MIT */
#ifndef COCFS_JOB_COMMENTS_H
#define COCFS_JOB_COMMENTS_H

#include "job/attributes.h"

/*
 * Attributes of a job in the comments of its file: "# coc.risk_level: HIGH" on a line before the
 * document. They are for users of git, which keeps the text of a file but no extended attributes.
 * Pure. comments.c has the rules.
 */

/* The attributes that the comments of a file set. Zero-initialise the struct; comments_finish()
 * frees. */
struct comments {
	struct attr_set set;
	struct comment_place {
		unsigned line, column; /* of the value, both from 1, column in characters */
	} places[ATTR_COUNT];
};

/*
 * Reads the comments of a content. Returns 0, -ENOMEM or -EINVAL. -EINVAL: an attribute is unknown,
 * stands there twice, or has a bad value. Then err says "LINE:COLUMN: what is wrong", and has the
 * lines "line", "column" and "what_to_do". Call comments_finish() afterwards, also after a failure.
 */
int comments_read(const char *content, size_t size, struct comments *comments, struct err *err);

/* Is there a comment within the document that would set an attribute if it stood before the
 * document? Only a comment that begins a line counts. If so, *ret_attr and *ret_place are those of
 * the first such comment. */
bool comments_find_late(const char *content, size_t size, enum attr *ret_attr,
			struct comment_place *ret_place);

/* Fills finding with a warning of the comment that comments_find_late() finds. finding must be
 * empty, and stays empty if there is no such comment. The caller frees finding->text. Returns 0 or
 * -ENOMEM. */
int comments_warn_late(const char *content, size_t size, struct dsl_finding *finding);

/* Frees the values of the set. */
void comments_finish(struct comments *comments);
#define _cleanup_comments_ __attribute__((cleanup(comments_finish)))

#endif
