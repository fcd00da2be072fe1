/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_STAT_REPLY_H
#define COCFS_SPACE_STAT_REPLY_H

#include "space/space.h"

/* Sets those times of a node's file that to_set (FUSE_SET_ATTR_*) names to the values in attr, or
 * to the present time. The times of a derived node stay as they are. Returns 0 or -errno. */
int stat_set_times(struct space *space, struct node *node, const struct stat *attr, int to_set);

/* Answers a GETATTR with the present attributes of a node, or with an error. The kernel may keep
 * the attributes for a while. */
void stat_reply(fuse_req_t req, struct space *space, struct node *node);

/* Answers a SETATTR with the present attributes of a node, or with an error. The kernel may not
 * keep those of a sibling (sibling_cache.c). */
void stat_reply_changed(fuse_req_t req, struct space *space, struct node *node);

#endif
