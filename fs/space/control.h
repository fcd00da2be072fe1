/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_CONTROL_H
#define COCFS_SPACE_CONTROL_H

#include "space/space.h"

/*
 * .coc in the root: a directory that can be named and is not listed, with files that tell how the
 * mount is doing, and which jobs the account has. Nothing in it is stored, and nothing in it can be
 * changed.
 */

/* Is this name .coc's: itself, in the root, or anything in it? */
bool control_owns(const struct node *parent, const char *name);

/* Fills the answer for a name that .coc owns, as entry_fill() does. -ENOENT: there is none. */
int control_fill(struct space *space, struct node *parent, const char *name,
		 struct fuse_entry_param *ret_entry);

/* The attributes of .coc or what is in it. Returns 0 or -errno. */
int control_stat(struct space *space, const struct node *node, struct stat *ret_st);

/* The reply to the open of a file; the rest is text.h's. */
void control_open(fuse_req_t req, struct node *node, struct fuse_file_info *fi);

/* The replies to the open of a directory, and to its end. */
void control_open_dir(fuse_req_t req, struct node *node, struct fuse_file_info *fi);
void control_release_dir(fuse_req_t req, const struct node *node, struct fuse_file_info *fi);

/* The reply to a request for a part of the listing, with attributes (plus) or without. */
void control_list(fuse_req_t req, struct node *node, size_t size, off_t offset, bool plus,
		  struct fuse_file_info *fi);

#endif
