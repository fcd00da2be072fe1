/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_AUTHOR_H
#define COCFS_SUBMIT_AUTHOR_H

#include "submit/state.h"

/* Whose a row is from now on. */

/* The row of a path, made when there is none, for content of this author's. 0 or -errno. */
int author_find_row(struct engine *engine, const char *path, const struct author *author,
		    struct job_record *ret_job);

/* Records a refusal and nothing else. 0 or -errno. */
int author_record_refusal(struct engine *engine, const char *path, const struct author *author,
			  bool incomplete, const struct err *err, const char *story);

#endif
