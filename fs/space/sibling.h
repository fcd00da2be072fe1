/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_SIBLING_H
#define COCFS_SPACE_SIBLING_H

#include "space/space.h"

/* The derived files NAME.id and NAME.error: made from the ledger, stored nowhere. */

/* In which kind of answer the kernel gets a sibling. The kind decides what the kernel may keep of
 * the sibling (sibling_cache.c). */
struct sibling_telling {
	bool is_listing; /* true: the answer to a listing; false: to a lookup */
	/* the answer to a listing of a reader who takes it immediately; NULL: the reader may take
	 * it later, or this is a lookup */
	struct sibling_answer *answer;
};

/* Looks up the name of a sibling. Fills *ret_entry, and counts a reference for the kernel: send
 * *ret_entry once, or call node_forget(). Returns 0, -ENOENT (there is no such sibling now) or
 * another -errno. */
int sibling_fill(struct space *space, struct node *parent, const char *name, enum sibling sibling,
		 const struct sibling_telling *telling, struct fuse_entry_param *ret_entry);

/* As sibling_fill(), for a sibling beside a job file that a listing has just looked at. seen comes
 * from sibling_glance() and says that the sibling exists. job: the attributes of the job file in
 * the spool. Returns 0 or -ENOMEM. */
int sibling_fill_beside(struct space *space, struct node *parent, const char *name,
			enum sibling sibling, const struct job_glance *seen, const struct stat *job,
			const struct sibling_telling *telling, struct fuse_entry_param *ret_entry);

/* Finds the attributes of a sibling. Returns 0 or -errno; -ESTALE or -ENOENT: the sibling is
 * gone. */
int sibling_stat(struct space *space, struct node *node, struct stat *ret_st);

/* Finds the attributes of a sibling for an answer to GETATTR. *ret_timeout_s: how many seconds the
 * kernel may keep them. Returns 0 or -errno; -ESTALE or -ENOENT: the sibling is gone. */
int sibling_get_attributes(struct space *space, struct node *node, struct stat *ret_st,
			   double *ret_timeout_s);

/* Checks that the sibling of this node still exists. Returns 0 if it does, and for a node that is
 * no sibling. -ESTALE or -ENOENT: the sibling is gone, and the request must be answered so. Or
 * another -errno. */
int sibling_check(struct space *space, struct node *node);

/*
 * Finds the sizes of both siblings of a job file, so that a listing asks the ledger once for each
 * file. A size of 0: there is no such sibling. Returns 0 or -errno.
 */
int sibling_glance(struct space *space, const struct node *parent, const char *job_name,
		   struct job_glance *ret_seen);

/* Returns the size in bytes of the text of a job file's sibling, as seen from the ledger. 0: the
 * file has no such sibling. */
uint64_t sibling_size(const struct job_glance *seen, enum sibling sibling);

/* Answers the open of a sibling with its present text, or with an error; EPERM for an open for
 * writing. text_read() and text_release() serve the rest. */
void sibling_open(fuse_req_t req, struct node *node, struct fuse_file_info *fi);

/* Removes a sibling for the caller of req. An .id stays, and its remover is noted (removals.h). An
 * .error is dismissed: it stays away until there is a new text for it. A deleted sibling
 * (deleted_siblings.h) goes away. Returns 0 or -errno. */
int sibling_remove(struct space *space, fuse_req_t req, struct node *parent, const char *name,
		   enum sibling sibling);

/* Has the caller of req removed this sibling a moment ago (removals.h)? Then do not show the
 * sibling to the caller. */
bool sibling_is_removed(struct space *space, fuse_req_t req, const struct node *parent,
			const char *name);

/* ---- called by sibling.c and sibling_remove.c only ---- */

/* Finds the ledger's path of the job file that a sibling's name belongs to. Returns 0 and an
 * allocated path, or -errno. */
int sibling_job_path(const struct node *parent, const char *name, enum sibling sibling,
		     char **ret_path);

/* Finds the user who owns a sibling, as the mount shows it. Returns 0, -ENOENT (there is no such
 * sibling) or another -errno. */
int sibling_owner(struct space *space, struct node *parent, const char *name, enum sibling sibling,
		  uid_t *ret_uid);

/* Looks in the spool for the job file that a sibling's name belongs to, and gets its attributes.
 * Returns false if the spool does not have the file. */
bool sibling_stat_job(struct space *space, struct node *parent, const char *name,
		      enum sibling sibling, struct stat *ret_st);

#endif
