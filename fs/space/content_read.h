/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_CONTENT_READ_H
#define COCFS_SPACE_CONTENT_READ_H

#include "job/digest.h"
#include "space/location.h"
#include "space/space.h"

/* The text of a job file: reading it whole, and how long it may be. */

/*
 * Reads a job file whole: through read_fd, or (-1) by opening the location. Returns 0 with an
 * owned, NUL-terminated buffer; -EFBIG over COC_CONTENT_MAX; another -errno.
 */
int content_read(const struct location *location, int read_fd, char **ret_content,
		 size_t *ret_size);

/* The digest of what content_read() would read. Returns 0 or -errno. */
int content_read_digest(const struct location *location, int read_fd,
			unsigned char ret_digest[CONTENT_DIGEST_SIZE]);

/* Fills err with the sentence for a job file that is too big. Returns -EFBIG. */
int content_too_big(struct err *err);

/* May a file grow to size bytes? 0, or -EFBIG for a job file over COC_CONTENT_MAX; the content of
 * the node, if open, is spoiled then. */
int content_check_size(struct space *space, struct node *node, uint64_t size);

#endif
