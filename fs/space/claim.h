/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_CLAIM_H
#define COCFS_SPACE_CLAIM_H

#include "space/caller.h"

/*
 * Which user gets what a job file name keeps: the job ID, the story of a refusal, attributes. The
 * essay is in claim.c; owner.h has the rule. On a mount of one user all belongs to that user, and
 * these functions do nothing. See claim_tree.h for all files below a directory, and claim_row.h for
 * the row of a file.
 */

/*
 * Call this function before a request puts a regular file under a job file name, and before the
 * path is looked up or recorded. If the request may inherit a row of this name, that row is the
 * file's from now on. Otherwise the row is set aside. Names that are no job file names, and other
 * types of files, are left alone. replaced: the regular file that the new file replaces; NULL:
 * none. Returns 0 or -errno; -EDQUOT: too many rows are set aside already. After an error the file
 * must not get the name.
 */
int claim_name(struct space *space, fuse_req_t req, struct node *parent, const char *name,
	       const struct stat *file, const struct stat *replaced);

/* Call this function before a request exchanges the file of this name with another; the file takes
 * its own row along. A row that is not the file's, and that the request may not inherit, is set
 * aside. Returns 0 or -errno; -EDQUOT: too many rows are set aside already. */
int claim_yield(struct space *space, fuse_req_t req, struct node *parent, const char *name,
		const struct stat *file);

/*
 * Finds the author of a file's content, for the row of a job file name. Call this function before
 * the content is recorded. If claim_name() was not called for the file, and the row is not the
 * file's, the row is set aside here. The file replaced may have the name while the commit waits; it
 * may be NULL. A commit that no request asks for has req NULL. Returns 0 or -errno.
 */
int claim_author(struct space *space, fuse_req_t req, struct node *parent, const char *name,
		 const struct stat *file, const struct stat *replaced, struct author *ret_author);

#endif
