/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_SIBLING_H
#define COCFS_SPACE_SIBLING_H

#include "space/space.h"

/* The derived files NAME.id and NAME.error: answered from the ledger, stored nowhere. */

/* Fills the answer for a sibling's name, as entry_fill() does. -ENOENT: there is none now. */
int sibling_fill(struct space *space, struct node *parent, const char *name, enum sibling sibling,
		 struct fuse_entry_param *ret_entry);

/* The attributes of a sibling as it is now. 0 or -errno. */
int sibling_stat(struct space *space, const struct node *node, struct stat *ret_st);

/* Is there a sibling of this job file now? The attributes are filled then. */
bool sibling_exists(struct space *space, struct node *parent, const char *name,
		    enum sibling sibling, struct stat *ret_st);

/* Its text as it is at the open; the replies to the requests. */
void sibling_open(fuse_req_t req, struct node *node, struct fuse_file_info *fi);
void sibling_read(fuse_req_t req, size_t size, off_t offset, struct fuse_file_info *fi);
void sibling_release(fuse_req_t req, struct fuse_file_info *fi);

/* Frees those that are open when the mount ends. */
void sibling_close_all(struct space *space);

/* Removing one is accepted: an .id stays, an .error is dismissed. 0 or -errno. */
int sibling_remove(struct space *space, struct node *parent, const char *name,
		   enum sibling sibling);

#endif
