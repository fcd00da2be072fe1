/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_VERSION_LISTING_H
#define COCFS_SPACE_VERSION_LISTING_H

#include "space/space.h"

/* Listings of .coc/versions. */

/* The listing of a directory, for text_open_long(): for each entry a letter (d, f), its name and a
 * NUL. NULL when out of memory. */
struct text_source *version_listing(struct space *space, const struct node *node);

/* The reply to a request for a part of the listing. */
void version_listing_reply(fuse_req_t req, struct node *dir, size_t size, off_t offset, bool plus,
			   struct fuse_file_info *fi);

#endif
