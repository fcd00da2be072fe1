/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_CLAIM_H
#define COCFS_SPACE_CLAIM_H

#include "space/caller.h"

/*
 * A job's name keeps the job ID, the story of a refusal, attributes. The essay in claim.c says
 * which user gets them; owner.h has the rule. On a mount of one user everything is that user's, and
 * nothing is asked.
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

/* The same for all job files that the rename of the directory from brings below the directory
 * to. */
int claim_tree(struct space *space, fuse_req_t req, struct node *from_parent, const char *from,
	       struct node *to_parent, const char *to);

/*
 * The user whose the content of a file is, for the row of a job's name. Call it before a row is
 * written for content. If claim_name() did not come to a row that is not the file's, it is set
 * aside here. Another file, replaced, may have the name while the commit waits; else NULL. req may
 * be NULL.
 */
int claim_author(struct space *space, fuse_req_t req, struct node *parent, const char *name,
		 const struct stat *file, const struct stat *replaced, struct author *ret_author);

/* The file of a job's name has another owner, other modes or another directory now; before is what
 * it was. Its row follows. Returns 0 or -errno. */
int claim_follow(struct space *space, struct node *parent, const char *name,
		 const struct stat *before);

/* A file is about to lose a job's name, and what the name keeps stays: it is recorded what the file
 * and its directory are at last. */
void claim_part(struct space *space, struct node *parent, const char *name);

/* Finds the row of a job's name, if it belongs to this file. -ENOENT: there is none. */
int claim_find(struct space *space, const struct node *parent, const char *name,
	       const struct stat *file, struct ledger_job *ret_job);

/* Does a row belong to a file of this user's that has the row's name? */
bool claim_is_of(const struct space *space, const struct holding *holding, uid_t file_uid);

/* May a request take away what a row keeps: dismiss, forget, delete? file: the one that has the
 * name, NULL: none. */
bool claim_may_take(struct space *space, fuse_req_t req, struct node *parent,
		    const struct holding *holding, const struct stat *file);

/* What the rule wants to know of a file, and of a directory of the spool (0 or -errno). */
struct access access_of(const struct stat *st);
int access_of_directory(struct space *space, struct node *directory, struct access *ret);

/* The same as the mount shows it (view.h): what the kernel decides by. type: S_IFREG or S_IFDIR. */
struct access access_shown(const struct space *space, const struct access *access, mode_t type);

/* The rule of owner.h, as this mount shows things. */
bool claim_may_inherit(const struct space *space, const struct owner *recorded,
		       const struct access *directory, struct caller *caller);

/* Records the owners of rows that an older cocfs has made: the owner of the file, else the user who
 * mounts. Returns 0 or -errno. */
int claim_learn_owners(struct space *space);

#endif
