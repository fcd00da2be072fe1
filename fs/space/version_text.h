/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_VERSION_TEXT_H
#define COCFS_SPACE_VERSION_TEXT_H

#include <sys/queue.h>

#include "space/waiting_request.h"

/* The texts of versions of jobs, and the requests in .coc/versions that wait for the service. */

/* The text of a version, kept in memory because the service has shown it lately. */
struct version_text {
	/* in space->version_texts, the newest first */
	TAILQ_ENTRY(version_text) link;
	int64_t version, update_ms; /* update_ms: when the job got this version, since the epoch */
	size_t size;
	char *job_id;
	char content[];
};

/* Returns the text of this version of a job, if memory still has it; NULL: it has not. The text is
 * borrowed, and valid until the handler returns to the loop. */
const struct version_text *version_text_find(struct space *space, const char *job_id,
					     int64_t version);

/* Answer the open of a file (version_text_open()) or of a directory (version_tree_open_dir()) of
 * the tree (version_tree.h), maybe after the service has answered. An interrupt ends the wait with
 * EINTR. */
void version_text_open(fuse_req_t req, struct node *node, struct fuse_file_info *fi);
void version_tree_open_dir(fuse_req_t req, struct node *node, struct fuse_file_info *fi);

/* Call this function before a request shows the attributes of a node. If the node is a version
 * whose text is not kept, its size is unknown: the service is asked, and the function returns true.
 * Later the request goes on with the function `then`, or is answered with an error. Returns false
 * if the caller can go on now. */
bool version_text_await(fuse_req_t req, struct node *node, request_again_fn *then);

/* Frees the texts that are kept, and answers requests that wait with EINTR, at the end of the
 * mount. */
void version_text_finish(struct space *space);

#endif
