/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_SIBLING_H
#define COCFS_SPACE_SIBLING_H

#include "space/space.h"

/* The derived files NAME.id and NAME.error: answered from the ledger, stored nowhere. */

/* The kind of answer that shows a sibling to the kernel. */
struct sibling_telling {
	bool is_listing;	       /* the answer is a listing's, else a look-up's */
	struct sibling_answer *answer; /* of a listing whose reader takes it at once; NULL: the
					  reader may not */
};

/* Fills the answer for a sibling's name, as entry_fill() does. -ENOENT: there is none now. */
int sibling_fill(struct space *space, struct node *parent, const char *name, enum sibling sibling,
		 const struct sibling_telling *telling, struct fuse_entry_param *ret_entry);

/* The same for a listing, which has just looked at the job file and its siblings
 * (sibling_glance()). */
int sibling_fill_beside(struct space *space, struct node *parent, const char *name,
			enum sibling sibling, const struct job_glance *seen, const struct stat *job,
			const struct sibling_telling *telling, struct fuse_entry_param *ret_entry);

/* The attributes of a sibling as it is now. 0 or -errno; -ESTALE or -ENOENT: it is gone. */
int sibling_stat(struct space *space, struct node *node, struct stat *ret_st);

/* The same for an answer to GETATTR. *ret_timeout_s: so long the kernel may believe it. */
int sibling_get_attributes(struct space *space, struct node *node, struct stat *ret_st,
			   double *ret_timeout_s);

/* Is a node that of a sibling that is gone? Then -ESTALE or -ENOENT, which answers a request for
 * it; else 0, or another -errno. */
int sibling_check(struct space *space, struct node *node);

/*
 * Looks at both siblings of a job file of this name, so that a listing asks the ledger once for
 * each file. The sizes are 0 when there is none. 0 or -errno.
 */
int sibling_glance(struct space *space, const struct node *parent, const char *job_name,
		   struct job_glance *ret_seen);

/* The size of one of them, 0: it is not there. */
uint64_t sibling_size(const struct job_glance *seen, enum sibling sibling);

/* The reply to the open; the rest is text.h's. */
void sibling_open(fuse_req_t req, struct node *node, struct fuse_file_info *fi);

/* Removing one is accepted: an .id stays, which is noted for its remover (removals.h); an .error is
 * dismissed. 0 or -errno. */
int sibling_remove(struct space *space, fuse_req_t req, struct node *parent, const char *name,
		   enum sibling sibling);

/* Has the caller of req removed this sibling lately? Then the caller does not see it. */
bool sibling_is_removed(struct space *space, fuse_req_t req, const struct node *parent,
			const char *name);

/* ---- what the files of siblings share ---- */

/* The path of the job file that a sibling's name belongs to, allocated. 0 or -errno. */
int sibling_job_path(const struct node *parent, const char *name, enum sibling sibling,
		     char **ret_path);

/* Is the job file that a sibling's name belongs to in the spool? What the spool has of it. Only the
 * descriptor's place in the cache changes. */
bool sibling_stat_job(struct space *space, struct node *parent, const char *name,
		      enum sibling sibling, struct stat *ret_st);

#endif
