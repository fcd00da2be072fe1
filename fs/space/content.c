/* SPDX-License-Identifier: MIT */
/* Notes what the writers of an open file did to its content, and why the content must not be
 * committed. No function here reads the file. */
#define _GNU_SOURCE
#include "space/content.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"

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
	/* make the content dirty: the next close must report the refusal, even if nothing else was
	 * written */
	content->written++;
}

void content_note_written(struct space *space, struct node *node)
{
	/* a file that is written after its move is no backup (backup.c) */
	recent_moves_written(&space->recent_moves, node->ino, loop_now_ms(space->loop));
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
