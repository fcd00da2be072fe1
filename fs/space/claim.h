/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_CLAIM_H
#define COCFS_SPACE_CLAIM_H

#include "space/caller.h"

/*
 * Which user gets what a job file name keeps: the job ID, the story (the text of .error),
 * attributes. The essay is in claim.c; owner.h has the rule. A row that is set aside is kept in the
 * ledger, but its path does not find it any more. On a mount of one user all belongs to that user,
 * and no row is set aside. See claim_tree.h for all files below a directory, and claim_row.h for
 * the row of a file.
 */

/*
 * Call this function before a request puts a regular file under a job file name, and before the
 * path is looked up or recorded. file: the attributes of that file. If the request may inherit a
 * row of this name, that row is the file's from now on. Every other row of the name is set aside.
 * Names that are no job file names, and other types of files, are left alone. replaced: the regular
 * file that the new file replaces; NULL: none. Returns 0 or -errno; -EDQUOT: too many rows are set
 * aside already. After an error the file must not get the name.
 */
int claim_name(struct space *space, fuse_req_t req, struct node *parent, const char *name,
	       const struct stat *file, const struct stat *replaced);

/* Call this function before a request exchanges the file of this name with another
 * (RENAME_EXCHANGE). A row that belongs to file moves with it. Another row of the name is set
 * aside, unless the request may inherit it. Returns 0 or -errno; -EDQUOT: too many rows are set
 * aside already. */
int claim_yield(struct space *space, fuse_req_t req, struct node *parent, const char *name,
		const struct stat *file);

/*
 * Finds the author of a file's content: what the row of the name will record of its file and its
 * users. Call this function before the content is recorded. If the name's row does not belong to
 * file, the row is judged here, as in claim_name(), and may be set aside. replaced: another file
 * that has the name until the commit ends; NULL: none. req is NULL for a commit that no request
 * asks for. Returns 0 or -errno.
 */
int claim_author(struct space *space, fuse_req_t req, struct node *parent, const char *name,
		 const struct stat *file, const struct stat *replaced, struct author *ret_author);

#endif
