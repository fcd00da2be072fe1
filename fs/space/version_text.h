/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_VERSION_TEXT_H
#define COCFS_SPACE_VERSION_TEXT_H

#include <sys/queue.h>

#include "space/waiting_request.h"

/* The texts of old versions, and the requests in .coc/versions that wait for the service. */

/* The text of a version, kept in memory because the service has shown it lately. */
struct version_text {
	/* in space->version_texts, the text that was read last first */
	TAILQ_ENTRY(version_text) link;
	int64_t version, update_ms;
	size_t size;
	char *job_id;
	char content[];
};

/* Returns a text that is kept; NULL: it is not kept. Borrowed; valid until the handler returns to
 * the loop. */
const struct version_text *version_text_find(struct space *space, const char *job_id,
					     int64_t version);

/* Answers the open of a file or directory of the tree (version_tree.h), maybe after the service has
 * answered. An interrupt ends the wait. */
void version_text_open(fuse_req_t req, struct node *node, struct fuse_file_info *fi);
void version_tree_open_dir(fuse_req_t req, struct node *node, struct fuse_file_info *fi);

/* Call this function before a request shows the attributes of a node. If the node is a version
 * whose text is not kept, its size is unknown: the service is asked, and the function returns true.
 * Then then() is called, or the request is answered with an error. Returns false if nothing is
 * needed. */
bool version_text_await(fuse_req_t req, struct node *node, request_again_fn *then);

/* Frees the texts that are kept, and answers requests that wait with EINTR, at the end of the
 * mount. */
void version_text_finish(struct space *space);

#endif
