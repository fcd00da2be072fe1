/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_CLOSING_H
#define COCFS_SPACE_CLOSING_H

#include "space/content.h"

/* Closes of open files: which close is a commit (the content counts as complete, and is submitted),
 * and which request reports its outcome. */

/* Handles a FLUSH: a process closes one of its descriptors of the handle. If there is something to
 * commit, and the file is complete by the rule in writers.c, the close is a commit. Answers req,
 * now or later. */
void closing_flush(struct space *space, fuse_req_t req, struct handle *handle);

/* Handles a RELEASE: the handle's last descriptor is gone. Commits content that no close has
 * committed, unless its writer may not have finished it (closing.c), or a process may still write
 * through another handle. No request waits, so only .error and the log have the outcome. */
void closing_release(struct space *space, struct handle *handle);

/* Answers every close that is being judged with EINTR, at the end of the mount. If a RELEASE
 * follows, closing_release() decides whether the content is committed. */
void closing_interrupt_all(struct space *space);

#endif
