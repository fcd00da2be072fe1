/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_VERSION_TEXT_H
#define COCFS_SPACE_VERSION_TEXT_H

#include <sys/queue.h>

#include "space/waiting_request.h"

/* The texts of old versions, and the opens in .coc/versions that wait for the service. */

/* A version that was read lately. */
struct version_text {
	TAILQ_ENTRY(version_text) link; /* in space->version_texts, the latest read first */
	int64_t version, update_ms;
	size_t size;
	char *job_id;
	char content[];
};

/* A text that is kept, borrowed until the loop goes on. NULL: it is not. */
const struct version_text *version_text_find(struct space *space, const char *job_id,
					     int64_t version);

/* The reply to the open of a file or a directory of the tree (version_tree.h). An interrupt ends a
 * wait for the service. */
void version_text_open(fuse_req_t req, struct node *node, struct fuse_file_info *fi);
void version_tree_open_dir(fuse_req_t req, struct node *node, struct fuse_file_info *fi);

/* A request needs the attributes of a node: is it a version whose text is not kept, and so the size
 * not known? Then the service is asked, and true is returned: then() is called, or the request is
 * answered with an error. False: nothing is needed. */
bool version_text_await(fuse_req_t req, struct node *node, request_again_fn *then);

/* The mount ends: opens and stats that wait are answered with EINTR, and what is kept is freed. */
void version_text_finish(struct space *space);

#endif
