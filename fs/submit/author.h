/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_AUTHOR_H
#define COCFS_SUBMIT_AUTHOR_H

#include "submit/state.h"

/* The author of a row: the user whose content the row has. */

/* Finds the row of a path, or makes it, and records that its content is this author's. With
 * author->without_text deletes the private texts in the row first. Returns 0 or -errno. Finish
 * *ret_job afterwards, also after a failure. */
int author_find_row(struct engine *engine, const char *path, const struct author *author,
		    struct job_record *ret_job);

/* Records in the row of path that a commit of this author was refused, with err and its story.
 * Returns 0 or -errno. */
int author_record_refusal(struct engine *engine, const char *path, const struct author *author,
			  bool incomplete, const struct err *err, const char *story);

#endif
