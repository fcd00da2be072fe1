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

/* Has a file the text that the ledger records for it? If the file cannot be read, the answer is
 * no. */
bool file_version_has_text(struct space *space, struct node *node, const struct freshness *fresh);

/* Can the service be asked for a job now, with hope for an answer soon? */
bool file_version_can_check(const struct space *space);

/* Replaces the values of a spool's file by those that the mount shows. parent is NULL for a node
 * without a name. *ret_timeout_s: how many seconds the kernel may keep them; 0 if an import must be
 * fetched, or if a check of the file is due. Returns 0 or -errno. */
int file_version_show(struct space *space, const struct node *parent, const char *name,
		      struct stat *st, double *ret_timeout_s);

/* Is a check of the file due, and can it be made now? Then give the kernel no attributes, unless
 * the answer is a lookup's. */
bool file_version_is_due(struct space *space, const struct node *parent, const char *name,
			 const struct stat *st);

#endif
