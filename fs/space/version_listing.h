/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_VERSION_LISTING_H
#define COCFS_SPACE_VERSION_LISTING_H

#include "space/space.h"

/* The listings of .coc/versions. */

/* Returns the source of the listing of a directory (node), for text_open_long(). The text has for
 * each entry a letter (d: directory, f: file), the name and a NUL. NULL: out of memory. */
struct text_source *version_listing(struct space *space, const struct node *node);

/* Answers a READDIR of an open directory of the tree; if plus is true, a READDIRPLUS. */
void version_listing_reply(fuse_req_t req, struct node *dir, size_t size, off_t offset, bool plus,
			   struct fuse_file_info *fi);

#endif
