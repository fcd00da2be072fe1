/* SPDX-License-Identifier: MIT */
/* Reads the text of a job file, and bounds its size. */
#define _GNU_SOURCE
#include "space/content_read.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "bounds/api.h"
#include "space/content.h"
#include "space/job_name.h"
#include "space/location.h"

/* Reads a job file whole. Returns 0 and an owned, NUL-terminated buffer; -EFBIG: larger than
 * COC_CONTENT_MAX; or another -errno. */
static int read_whole_content(int fd, char **ret_content, size_t *ret_size)
{
	_cleanup_free_ char *content = NULL;
	size_t size = 0;
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (st.st_size > COC_CONTENT_MAX)
		return -EFBIG;
	content = malloc((size_t)st.st_size + 1);
	if (!content)
		return -ENOMEM;
	while (size < (size_t)st.st_size) {
		ssize_t n = pread(fd, content + size, (size_t)st.st_size - size, (off_t)size);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n == 0)
			break;
		size += n > 0 ? (size_t)n : 0;
	}
	content[size] = '\0';
	*ret_content = steal_ptr(content);
	*ret_size = size;
	return 0;
}

int content_read(const struct location *location, int read_fd, char **ret_content, size_t *ret_size)
{
	_cleanup_close_ int opened = -1;
	char path[LOCATION_PATH_MAX];
	bool follow;

	if (read_fd < 0) {
		location_path(location, path, &follow);
		read_fd = opened =
			open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | (follow ? 0 : O_NOFOLLOW));
		if (opened < 0)
			return -errno;
	}
	return read_whole_content(read_fd, ret_content, ret_size);
}

int content_read_digest(const struct location *location, int read_fd,
			unsigned char ret_digest[CONTENT_DIGEST_SIZE])
{
	_cleanup_free_ char *content = NULL;
	size_t size;
	int r = content_read(location, read_fd, &content, &size);

	return r < 0 ? r : content_digest(content, size, ret_digest);
}

int content_too_big(struct err *err)
{
	err_set(err, EFBIG, "a job is at most %d bytes", COC_CONTENT_MAX);
	err_detail(err, "what_to_do", "shorten the file, or split it into several jobs");
	return -EFBIG;
}

int content_check_size(struct space *space, struct node *node, uint64_t size)
{
	struct err err;

	if (size <= COC_CONTENT_MAX || !node_job_name(space, node))
		return 0;
	content_too_big(&err);
	if (node->content)
		content_spoil(node->content, &err, -1);
	return -EFBIG;
}
