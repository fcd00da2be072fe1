/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_FILE_VERSION_H
#define COCFS_SPACE_FILE_VERSION_H

#include "job/digest.h"
#include "space/space.h"

struct freshness; /* declared in submit/freshness.h */

/* Which version of its job a file has, and how long the kernel may keep its attributes. */

/* Finds what is known about the version of a regular file. st: the file in the spool. Returns 0, or
 * -errno; -ENOENT: it is no job file, or its name has no job, or the row of the name belongs to
 * another user. */
int file_version_find(struct space *space, const struct node *parent, const char *name,
		      const struct stat *st, struct freshness *ret_fresh);

/* Finds what is known about the version of a node's file. Returns 0, or -errno; -ENOENT: it is no
 * job file, or its name has no job, or the row of the name belongs to another user. */
int file_version_of_node(struct space *space, struct node *node, struct stat *ret_st,
			 struct freshness *ret_fresh);

/* Reads the text that the node's file has now, and computes its digest. Returns 0 or -errno. */
int file_version_digest(struct space *space, struct node *node,
			unsigned char ret_digest[CONTENT_DIGEST_SIZE]);

/* Has the node's file the text that the ledger records for it (fresh->digest)? If the file cannot
 * be read, or no text is recorded, the answer is no. */
bool file_version_has_text(struct space *space, struct node *node, const struct freshness *fresh);

/* Can the service be asked for a job now, and is an answer likely soon? No, if an earlier check got
 * no answer in time and REFRESH_SLOW_MS are not over, or if show_job() would fail. */
bool file_version_can_check(const struct space *space);

/* Replaces owner and mode in *st, which are those of a file in the spool, by those that the mount
 * shows. parent is NULL for a node without a name. *ret_timeout_s: how many seconds the kernel may
 * keep the attributes. It is 0 if the file is an import that must be fetched, or if a newer version
 * is known. It is 0 too if a check of its version is due, and checks_take_look() allows one more.
 * Returns 0 or -errno. */
int file_version_show(struct space *space, const struct node *parent, const char *name,
		      struct stat *st, double *ret_timeout_s);

/* Is a check of the file's version due, and can it be made now? If so, leave the attributes out of
 * the answer to a READDIRPLUS: the kernel then asks for them with a request that waits for the
 * check. */
bool file_version_is_due(struct space *space, const struct node *parent, const char *name,
			 const struct stat *st);

#endif
