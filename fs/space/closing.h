/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_CLOSING_H
#define COCFS_SPACE_CLOSING_H

#include "space/content.h"

/* Closes of open files: which of them is a commit, and who hears of it. */

/* A descriptor of the handle is closed: commits if rule R8 says that the file is complete. Answers
 * req, now or later. */
void closing_flush(struct space *space, fuse_req_t req, struct handle *handle);

/* The last descriptor of the handle is gone: commits what is left, unless its writer did not finish
 * it. Nobody hears of it. */
void closing_release(struct space *space, struct handle *handle);

/* Answers every close that is still judged with EINTR; its RELEASE, if there is one, decides. */
void closing_interrupt_all(struct space *space);

#endif
