/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_CLAIM_H
#define COCFS_SPACE_CLAIM_H

#include "space/caller.h"

/*
 * A job's name keeps the job ID, the story of a refusal, attributes. The essay in claim.c says
 * which user gets them; owner.h has the rule. On a mount of one user everything is that user's, and
 * nothing is asked. claim_tree.h asks for what is below a directory, claim_row.h finds the row of a
 * file.
 */

/*
 * A request puts a regular file under a job's name: the file is there, or is about to be. What the
 * name keeps is this file's from now on, or it is set aside. Call it before anything is looked up
 * or recorded by the path. Other names and other kinds of files are left alone. replaced: the
 * regular file whose place the new file takes. NULL: there is none. Returns 0. -EDQUOT: too many
 * rows are set aside already. On failure the file must not get the name.
 */
int claim_name(struct space *space, fuse_req_t req, struct node *parent, const char *name,
	       const struct stat *file, const struct stat *replaced);

/* A request exchanges what has a name, this file, which takes its row along. A row that is not the
 * file's, and that the request may not have, is set aside. Returns as claim_name(). */
int claim_yield(struct space *space, fuse_req_t req, struct node *parent, const char *name,
		const struct stat *file);

/*
 * The user whose the content of a file is, for the row of a job's name. Call it before a row is
 * written for content. If claim_name() did not come to a row that is not the file's, it is set
 * aside here. Another file, replaced, may have the name while the commit waits; else NULL. req may
 * be NULL.
 */
int claim_author(struct space *space, fuse_req_t req, struct node *parent, const char *name,
		 const struct stat *file, const struct stat *replaced, struct author *ret_author);

#endif
