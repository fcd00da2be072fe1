/* SPDX-License-Identifier: MIT */
/* The content of a file: reading it whole, and what makes it unfit for a commit. */
#define _GNU_SOURCE
#include "space/content.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "bounds/api.h"
#include "space/backup.h"
#include "space/job_name.h"

/* Reads a job file whole. Returns 0 with an owned buffer, -EFBIG, or another -errno. */
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

struct content *content_get(struct node *node)
{
	if (!node->content) {
		node->content = calloc(1, sizeof(*node->content));
		if (node->content)
			LIST_INIT(&node->content->handles);
	}
	return node->content;
}

void content_let_go(struct node *node)
{
	struct content *content = node->content;

	if (content && LIST_EMPTY(&content->handles) && !content->refusal) {
		content_destroy(content);
		node->content = NULL;
	}
}

void content_destroy(struct content *content)
{
	struct handle *handle;

	if (!content)
		return;
	while ((handle = LIST_FIRST(&content->handles))) {
		LIST_REMOVE(handle, link);
		close(handle->fd);
		free(handle);
	}
	content_heal(content);
	free(content);
}

void handle_set_writing(struct handle *handle, bool writing)
{
	handle->node->content->writers += (unsigned)writing - (unsigned)handle->writing;
	handle->writing = writing;
}

void handle_note_writer(struct handle *handle, pid_t thread)
{
	struct content *content = handle->node->content;

	handle->wrote_at = content->written + 1;
	content->filled = true;
	contributors_note(&content->contributors, thread, handle->opener);
}

void content_note_mapping(struct content *content)
{
	content->filled = true;
	contributors_note_mapping(&content->contributors);
}

void content_note_emptied(struct content *content)
{
	content->filled = true;
	contributors_clear(&content->contributors);
	content_heal(content);
}

void content_spoil(struct content *content, const struct err *err, int attr)
{
	if (!content->refusal)
		content->refusal = malloc(sizeof(*content->refusal));
	if (content->refusal)
		*content->refusal = *err;
	content->refusal_attr = attr;
	content->written++; /* its close is told, also when nothing else was written */
}

void content_note_written(struct space *space, struct node *node)
{
	backup_written(space, node);
	if (node->content) {
		node->content->written++;
		node->content->rewritten = true;
	}
}

void content_heal(struct content *content)
{
	free(steal_ptr(content->refusal));
}

int content_any_fd(const struct node *node)
{
	const struct handle *handle = node->content ? LIST_FIRST(&node->content->handles) : NULL;

	return handle ? handle->fd : -1;
}

int content_read_fd(const struct node *node)
{
	struct handle *handle;

	if (node->content)
		LIST_FOREACH (handle, &node->content->handles, link)
			if (handle->readable)
				return handle->fd;
	return -1;
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
