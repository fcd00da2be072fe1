/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_CLAIM_ROW_H
#define COCFS_SPACE_CLAIM_ROW_H

#include "space/caller.h"

/* Rows and their files: which row is a file's, how it follows the file, and who may take from it.
 */

/* The file of a job's name has another owner, other modes or another directory now; before is what
 * it was. Its row follows. Returns 0 or -errno. */
int claim_follow(struct space *space, struct node *parent, const char *name,
		 const struct stat *before);

/* A file is about to lose a job's name, and what the name keeps stays: it is recorded what the file
 * and its directory are at last. */
void claim_part(struct space *space, struct node *parent, const char *name);

/* Finds the row of a job's name, if it belongs to this file. -ENOENT: there is none. */
int claim_find(struct space *space, const struct node *parent, const char *name,
	       const struct stat *file, struct job_record *ret_job);

/* Does a row belong to a file of this user's that has the row's name? */
bool claim_is_of(const struct space *space, const struct holding *holding, uid_t file_uid);

/* May a request by this caller see the text that a row keeps, beside a file of file_uid's? */
bool claim_shows_text(const struct space *space, const struct holding *holding, uid_t file_uid,
		      struct caller *caller);

/* May somebody read the file that a row records? By its read bits, for root as well. */
bool claim_may_read(const struct space *space, const struct holding *holding,
		    const struct person *who);

/* May a request take away what a row keeps: dismiss, forget, delete? file: the one that has the
 * name, NULL: none. */
bool claim_may_take(struct space *space, fuse_req_t req, struct node *parent,
		    const struct holding *holding, const struct stat *file);

/* What the rule wants to know of a directory of the spool. 0 or -errno. */
int access_of_directory(struct space *space, struct node *directory, struct access *ret);

/* The same as the mount shows it (view.h): what the kernel decides by. type: S_IFREG or S_IFDIR. */
struct access access_shown(const struct space *space, const struct access *access, mode_t type);

/* The rule of owner.h, as this mount shows things. */
bool claim_may_inherit(const struct space *space, const struct owner *recorded,
		       const struct access *directory, struct caller *caller);

#endif
