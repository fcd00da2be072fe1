/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_CONTENT_READ_H
#define COCFS_SPACE_CONTENT_READ_H

#include "job/digest.h"
#include "space/location.h"
#include "space/space.h"

/* Reads the text of a job file, and bounds its size. */

/*
 * Reads a job file whole, from read_fd, or by opening the location if read_fd is -1. Returns 0 and
 * an owned, NUL-terminated buffer; -EFBIG: larger than COC_CONTENT_MAX; another -errno.
 */
int content_read(const struct location *location, int read_fd, char **ret_content,
		 size_t *ret_size);

/* Computes the digest of the text that content_read() would read. Returns 0 or -errno. */
int content_read_digest(const struct location *location, int read_fd,
			unsigned char ret_digest[CONTENT_DIGEST_SIZE]);

/* Fills err with the message for a job file that is larger than COC_CONTENT_MAX. Returns -EFBIG. */
int content_too_big(struct err *err);

/* Checks whether a file may grow to size bytes. Returns 0 if it may, or -EFBIG for a job file above
 * COC_CONTENT_MAX. On -EFBIG the open content of the node is spoiled: no close commits it. */
int content_check_size(struct space *space, struct node *node, uint64_t size);

#endif
