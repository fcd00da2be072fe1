/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_CLOSING_H
#define COCFS_SPACE_CLOSING_H

#include "space/content.h"

/* Closes of open files: which close is a commit, and which request reports its outcome. */

/* Handles the close of a descriptor of the handle. If rule R8 says that the file is complete, the
 * close is a commit. Answers req, now or later. */
void closing_flush(struct space *space, fuse_req_t req, struct handle *handle);

/* Handles the end of the handle's last descriptor: commits what is left, unless its writer did not
 * finish it. No request waits, so only .error and the log have the outcome. */
void closing_release(struct space *space, struct handle *handle);

/* Answers every close that is being judged with EINTR, at the end of the mount. If a RELEASE
 * follows, it decides. */
void closing_interrupt_all(struct space *space);

#endif
