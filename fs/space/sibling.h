/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_SIBLING_H
#define COCFS_SPACE_SIBLING_H

#include "space/space.h"

/* The derived files NAME.id and NAME.error: made from the ledger, stored nowhere. */

/* The answer in which the kernel gets a sibling: it decides what the kernel may keep
 * (sibling_cache.c). */
struct sibling_telling {
	bool is_listing; /* true: the answer to a listing; false: to a lookup */
	/* the answer of a listing whose reader takes it at once; NULL: the reader may not */
	struct sibling_answer *answer;
};

/* Looks up the name of a sibling. Fills *ret_entry, and gives the kernel a reference: send the
 * answer once, or call node_forget(). Returns 0, -ENOENT (there is none now) or another -errno. */
int sibling_fill(struct space *space, struct node *parent, const char *name, enum sibling sibling,
		 const struct sibling_telling *telling, struct fuse_entry_param *ret_entry);

/* Fills the answer for a sibling beside a job file that a listing has just looked at. seen comes
 * from sibling_glance(), job is the job file in the spool. Returns 0 or -errno. */
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

/* Removes a sibling. An .id stays; removals.h notes its remover. An .error is dismissed. Returns 0
 * or -errno. */
int sibling_remove(struct space *space, fuse_req_t req, struct node *parent, const char *name,
		   enum sibling sibling);

/* Has the caller of req removed this sibling a moment ago? Then do not show it to the caller. */
bool sibling_is_removed(struct space *space, fuse_req_t req, const struct node *parent,
			const char *name);

/* ---- for sibling.c and sibling_remove.c ---- */

/* Finds the path of the job file that a sibling's name belongs to, allocated. Returns 0 or
 * -errno. */
int sibling_job_path(const struct node *parent, const char *name, enum sibling sibling,
		     char **ret_path);

/* Finds the user who owns a sibling, as the mount shows it. Returns 0, -ENOENT (there is no such
 * sibling) or another -errno. */
int sibling_owner(struct space *space, struct node *parent, const char *name, enum sibling sibling,
		  uid_t *ret_uid);

/* Looks for the job file that a sibling's name belongs to. Returns false if the spool does not have
 * it. */
bool sibling_stat_job(struct space *space, struct node *parent, const char *name,
		      enum sibling sibling, struct stat *ret_st);

#endif
