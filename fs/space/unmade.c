/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "space/caller.h"
#include "space/claim_row.h"
#include "space/unmade.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/escape.h"
#include "base/log.h"
#include "space/location.h"
#include "space/path.h"

/* How many stories (texts of .error) are ended in one iteration: about 2 ms. */
#define UNMADE_ENDED_AT_ONCE 64

/* How many rows one call of unmade_next() looks at, at most: 5 ms. The rows are those that
 * unmade_mark() has marked. The call passes over a row that has no story (text of .error), or whose
 * name has a file. Such rows are few: their commit is under way, or a crash has left the mark. If a
 * call passes over so many, it returns -ENOENT, and a listing only lacks the names that follow. */
#define UNMADE_LOOKED_AT_MAX 1000

/* How many names unmade_write() puts into the value of an attribute. A reader needs to know that
 * there are such names, and what a few of them are. */
#define UNMADE_NAMES_MAX 500
#define UNMADE_TEXT_MAX 60000 /* bytes; the kernel's limit for a value is 65,536 */

/* A directory that was removed or replaced, and whose stories of names without a file are still
 * being ended, some in each iteration. */
struct unmade_end {
	char *dir;
	struct unmade_whose whose;
	int64_t after; /* the row of the last story that was looked at */
	SLIST_ENTRY(unmade_end) link;
};

void unmade_mark(struct space *space, struct node *parent, const char *name,
		 const struct stat *file)
{
	_cleanup_free_ char *path = NULL;
	struct owner owner = {.file = access_of(file)};
	int r = node_path_of(parent, name, &path);

	if (r == 0)
		r = access_of_directory(space, parent, &owner.directory);
	if (r == 0)
		r = submit_change(space->engine, &(struct submit_change){.kind = CHANGE_MARK_UNMADE,
									 .path = path,
									 .owner = &owner});
	if (r < 0)
		log_warning("%s: it cannot be recorded that this file does not exist yet: %s", name,
			    strerror(-r));
}

void unmade_is_made(struct space *space, struct node *parent, const char *name, mode_t type)
{
	_cleanup_free_ char *path = NULL;
	int r;

	/* among several users, a symbolic link or another file that is no job file must not end a
	 * user's story */
	if (!space->options->one_user && !S_ISREG(type))
		return;
	if (!name_is_job(name) || submit_ask(space->engine, SOME_NAME_IS_UNMADE, NULL) <= 0)
		return;
	r = node_path_of(parent, name, &path);
	if (r == 0)
		r = submit_change(
			space->engine,
			&(struct submit_change){.kind = CHANGE_UNMARK_UNMADE, .path = path});
	/* ignore the error: unmade_next() also looks whether the file exists */
	if (r < 0)
		log_debug("%s: it cannot be recorded that this file exists: %s", name,
			  strerror(-r));
}

static bool has_file(int dirfd, const char *name)
{
	const struct location location = {.dirfd = dirfd, .name = name, .fd = -1};
	struct stat st;

	return location_stat(&location, &st) == 0;
}

int unmade_next(struct space *space, struct node *dir, const char *dir_path, int64_t after,
		struct job_unmade *ret_unmade)
{
	struct job_unmade next = {.row = after};
	int dirfd = node_dirfd(&space->nodes, dir);

	if (dirfd < 0)
		return dirfd;
	for (int i = 0; i < UNMADE_LOOKED_AT_MAX; i++) {
		int r = submit_next_unmade(space->engine, dir_path, next.row, &next);

		if (r < 0)
			return r;
		if (next.seen.error_size && !has_file(dirfd, next.name)) {
			*ret_unmade = next;
			return 0;
		}
	}
	return -ENOENT;
}

int unmade_write(struct space *space, struct node *dir, struct buf *text)
{
	_cleanup_free_ char *path = NULL;
	struct job_unmade next = {0};
	int r = node_dir_path(&space->nodes, dir, &path);

	for (int i = 0; r == 0 && i < UNMADE_NAMES_MAX && text->size < UNMADE_TEXT_MAX; i++) {
		r = unmade_next(space, dir, path, next.row, &next);
		if (r < 0)
			break;
		escape_append(text, next.name);
		r = buf_puts(text, "\n");
	}
	return r == -ENOENT ? 0 : r;
}

/* ---- the end of a directory's stories ---- */

static void free_end(struct unmade_end *end)
{
	free(end->dir);
	free(end);
}

struct unmade_whose unmade_whose(struct space *space, fuse_req_t req, const struct stat *directory)
{
	struct access access = access_of(directory);
	struct unmade_whose whose = {.user = fuse_req_ctx(req)->uid};
	struct caller caller;

	caller_init(&caller, req);
	access = access_shown(space, &access, S_IFDIR);
	whose.all =
		space->options->one_user || caller_is_master(space, &caller.person) ||
		access.uid == whose.user ||
		(!(access.mode & S_ISVTX) && access_lets(&access, caller_with_groups(&caller), 03));
	return whose;
}

/* Ends some stories of a directory: of the rows after *after, which is moved on. Returns 1 (more
 * may be left), 0 (all have ended) or -errno. */
static int end_some_stories(struct space *space, const char *dir, const struct unmade_whose *whose,
			    int64_t *after)
{
	for (int i = 0; i < UNMADE_ENDED_AT_ONCE; i++) {
		struct job_unmade next;
		int r = submit_next_unmade(space->engine, dir, *after, &next);

		if (r == 0 && (whose->all || whose->user == next.seen.holding.owner.file.uid))
			r = submit_change(
				space->engine,
				&(struct submit_change){.kind = CHANGE_END_STORY, .row = next.row});
		if (r < 0)
			return r == -ENOENT ? 0 : r;
		*after = next.row;
	}
	return 1;
}

static void go_on_ending_stories(void *data)
{
	struct space *space = data;
	struct unmade_end *end = SLIST_FIRST(&space->unmade_ends);

	if (end && end_some_stories(space, end->dir, &end->whose, &end->after) <= 0) {
		SLIST_REMOVE_HEAD(&space->unmade_ends, link);
		free_end(end);
	}
	if (!SLIST_EMPTY(&space->unmade_ends))
		loop_timer_set(space->loop, &space->unmade_timer, loop_now_ms(space->loop) + 1,
			       go_on_ending_stories, space);
}

/* Ends the stories of the rows after `after` in later iterations. Takes *path and sets it to NULL.
 * Without memory *path stays the caller's. Then these stories stay, and are listed if the directory
 * is made again. */
static void end_stories_later(struct space *space, char **path, const struct unmade_whose *whose,
			      int64_t after)
{
	struct unmade_end *end = calloc(1, sizeof(*end));

	if (!end)
		return;
	end->dir = steal_ptr(*path);
	end->whose = *whose;
	end->after = after;
	SLIST_INSERT_HEAD(&space->unmade_ends, end, link);
	loop_timer_set(space->loop, &space->unmade_timer, loop_now_ms(space->loop) + 1,
		       go_on_ending_stories, space);
}

void unmade_directory_is_gone(struct space *space, struct node *parent, const char *name,
			      const struct unmade_whose *whose)
{
	_cleanup_free_ char *path = NULL;
	int64_t after = 0;
	int r;

	if (submit_ask(space->engine, SOME_NAME_IS_UNMADE, NULL) <= 0)
		return;
	r = node_path_of(parent, name, &path);
	if (r == 0)
		r = end_some_stories(space, path, whose, &after);
	if (r > 0)
		end_stories_later(space, &path, whose, after);
	else if (r < 0)
		log_warning("%s: the stories of this directory cannot be ended: %s", name,
			    strerror(-r));
}

void unmade_finish(struct space *space)
{
	loop_timer_cancel(&space->unmade_timer);
	while (!SLIST_EMPTY(&space->unmade_ends)) {
		struct unmade_end *end = SLIST_FIRST(&space->unmade_ends);

		SLIST_REMOVE_HEAD(&space->unmade_ends, link);
		free_end(end);
	}
}
