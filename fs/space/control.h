/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_CONTROL_H
#define COCFS_SPACE_CONTROL_H

#include "space/space.h"

/*
 * .coc in the root: a directory that no listing shows, but that a program can name. Its files say
 * how the mount is doing, and which jobs the account has. Nothing in it is stored, and nobody can
 * change it.
 */

/* Does this name belong to .coc: .coc itself in the root, or any name in .coc? */
bool control_owns(const struct node *parent, const char *name);

/* Looks up a name that belongs to .coc. Fills *ret_entry, and counts a reference of the kernel to
 * the node: send the answer once, or give the reference back with node_forget(). Returns 0, -ENOENT
 * (no such name) or another -errno. */
int control_fill(struct space *space, struct node *parent, const char *name,
		 struct fuse_entry_param *ret_entry);

/* Finds the attributes of .coc, or of a file or directory in it. Returns 0 or -errno. */
int control_stat(struct space *space, const struct node *node, struct stat *ret_st);

/* Answers the open of a file in .coc. text_read() and text_release() (text.h) answer the reads and
 * the RELEASE. */
void control_open(fuse_req_t req, struct node *node, struct fuse_file_info *fi);

/* Answer the OPENDIR and the RELEASEDIR of .coc, or of a directory in it. */
void control_open_dir(fuse_req_t req, struct node *node, struct fuse_file_info *fi);
void control_release_dir(fuse_req_t req, const struct node *node, struct fuse_file_info *fi);

/* Answers a READDIR (plus: READDIRPLUS) of .coc, or of a directory in it. */
void control_list(fuse_req_t req, struct node *node, size_t size, off_t offset, bool plus,
		  struct fuse_file_info *fi);

#endif
