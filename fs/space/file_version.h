/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_FILE_VERSION_H
#define COCFS_SPACE_FILE_VERSION_H

#include "job/digest.h"
#include "space/space.h"

struct freshness; /* submit/freshness.h */

/* Which version of its job a file has, and for how long the kernel may believe its attributes. */

/* What is known of the version that a regular file has. st is what
 * the spool has. Returns 0 or -errno. -ENOENT: the file
 * is no job file, or its name has no job, or the row of the name is another user's. */
int file_version_find(struct space *space, const struct node *parent, const char *name,
		      const struct stat *st, struct freshness *ret_fresh);

/* The same for a node. */
int file_version_of_node(struct space *space, struct node *node, struct stat *ret_st,
			 struct freshness *ret_fresh);

/* Reads what a file has. Returns 0 with the digest, or -errno. */
int file_version_digest(struct space *space, struct node *node,
			unsigned char ret_digest[CONTENT_DIGEST_SIZE]);

/* Has a file the text that it has by the ledger? What cannot be read is another text. */
bool file_version_has_text(struct space *space, struct node *node, const struct freshness *fresh);

/* May the service be asked for the job of a file now, and is an answer to be expected soon? */
bool file_version_can_check(const struct space *space);

/* Makes of what the spool has of a name what is shown. parent is NULL for a node without a name.
 * *ret_timeout_s: so long the kernel may believe it; 0 when an import has to be fetched or a check
 * of the file is due. Returns 0 or -errno. */
int file_version_show(struct space *space, const struct node *parent, const char *name,
		      struct stat *st, double *ret_timeout_s);

/* Is a check of the file due, and can it be made? Then an answer that is no lookup tells no
 * attributes. */
bool file_version_is_due(struct space *space, const struct node *parent, const char *name,
			 const struct stat *st);

#endif
