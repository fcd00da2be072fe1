/* SPDX-License-Identifier: MIT */
/*
 * The version that a program has read decides which version it may overwrite. A text that a refresh
 * has put into a file becomes the base when the first program reads it (submit/freshness.c). An
 * open is no reading: rsync opens the file that it replaces, and reads nothing of it. readers.c
 * notes which process knows which version, and a commit asks for that.
 *
 * The kernel keeps pages of a file, and does not ask for data that it has. So in most cases an open
 * must count as a reading: the process is noted there. Two opens do not count. The first is the
 * open of a text that no process has read. The second is an open by a program that has read an
 * older version: it may lock the file, or write what it has in memory. In both cases the kernel is
 * told to drop its pages, so that the next read reaches us.
 */
#define _GNU_SOURCE
#include "space/reading.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "space/content.h"
#include "space/file_version.h"
#include "space/import_reading.h"
#include "space/proc.h"
#include "submit/freshness.h"

/* Has the file a text that no process has read? The digest decides, because the file may have a
 * text that was not submitted. */
static bool has_unread(struct space *space, struct node *node, const struct freshness *fresh)
{
	return fresh->unread && fresh->is_settled && file_version_has_text(space, node, fresh);
}

static uint64_t text_of(const struct freshness *fresh)
{
	return readers_text(fresh->has_digest ? fresh->digest : NULL);
}

void reading_note(struct space *space, pid_t process, struct node *node)
{
	struct freshness fresh;
	bool is_unread;
	uint64_t text;
	struct stat st;
	int64_t row;

	if (file_version_of_node(space, node, &st, &fresh) == 0) {
		row = fresh.row;
		text = text_of(&fresh);
		is_unread = has_unread(space, node, &fresh);
	} else if (!import_reading_find(space, node, &row, &text, &is_unread)) {
		return;
	}
	if (is_unread || (process && readers_older(&space->readers, process, row)))
		node->is_unread = true;
	if (process && !node->is_unread)
		readers_note(&space->readers, process, row, text);
}

/* Makes an unread text the base of its job file, because a process reads it. Returns true for a job
 * file with a row, and gives its row and readers_text(); false for any other file. */
static bool settle_unread(struct space *space, struct node *node, int64_t *ret_row,
			  uint64_t *ret_text)
{
	struct freshness fresh;
	struct stat st;
	int r;

	if (file_version_of_node(space, node, &st, &fresh) < 0)
		return false;
	*ret_row = fresh.row;
	*ret_text = text_of(&fresh);
	if (!has_unread(space, node, &fresh))
		return true;
	readers_base_moves(&space->readers, fresh.row, fresh.base);
	r = freshness_read(space->engine, &fresh);
	if (r < 0)
		log_warning("the ledger cannot record that v%lld of job %s was read: %s",
			    (long long)fresh.unread, fresh.job_id, strerror(-r));
	return true;
}

void reading_begin(struct space *space, fuse_req_t req, struct node *node)
{
	const struct handle *handle;
	uint64_t text;
	int64_t row;
	pid_t process;

	if (!node->is_unread)
		return;
	node->is_unread = false;
	if (!settle_unread(space, node, &row, &text) &&
	    !import_reading_begin(space, node, &row, &text))
		return;
	process = proc_process(fuse_req_ctx(req)->pid);
	if (process)
		readers_note(&space->readers, process, row, text);
	/* every process that has the file open may now read the text from the kernel's cache */
	LIST_FOREACH (handle, &node->content->handles, link) {
		if (handle->readable && handle->opener && handle->opener != process)
			readers_note(&space->readers, handle->opener, row, text);
	}
}

void reading_note_copy(struct space *space, fuse_req_t req, struct node *node)
{
	unsigned char digest[CONTENT_DIGEST_SIZE];
	pid_t process = space->readers.n_again ? proc_process(fuse_req_ctx(req)->pid) : 0;

	if (process && file_version_digest(space, node, digest) == 0)
		readers_copied(&space->readers, process, readers_text(digest));
}

void reading_on_found(void *data, int64_t row, int64_t from)
{
	struct space *space = data;

	readers_base_moves(&space->readers, row, from);
}

/* Returns the process (Tgid) whose request waits for this commit. 0: no request waits, or its
 * process cannot be seen. */
static pid_t writer_of(const struct pending_reply *wait)
{
	return wait->req ? proc_process(fuse_req_ctx(wait->req)->pid) : 0;
}

/* Returns the process that makes a commit, or that opened its file, if that process has read an
 * older version than the base of the row. *ret_older gets the older version. Returns 0 if there is
 * none. */
static pid_t find_old_reader(const struct pending_reply *wait, int64_t row, int64_t *ret_older)
{
	struct readers *readers = &wait->space->readers;
	pid_t process = writer_of(wait);
	int64_t older = process ? readers_older(readers, process, row) : 0;

	if (!older && wait->opener) {
		process = wait->opener;
		older = readers_older(readers, process, row);
	}
	*ret_older = older;
	return older ? process : 0;
}

/* Has a file the text that the ledger records? Then the commit is about attributes only, and a text
 * that a refresh has brought stays unread. */
static bool has_text_of(struct space *space, const struct stat *st, const struct freshness *fresh)
{
	struct node *node = node_find(&space->nodes, st->st_ino);

	return node && file_version_has_text(space, node, fresh);
}

int reading_note_writer(struct pending_reply *wait, const struct node *parent, const char *name,
			const struct stat *st, bool is_in_file)
{
	struct space *space = wait->space;
	struct freshness fresh;
	int64_t older;
	pid_t process;

	if (file_version_find(space, parent, name, st, &fresh) < 0)
		return 0;
	if (!wait->keeps_text) {
		wait->reader = writer_of(wait);
		wait->row = fresh.row;
	}
	if (!readers_have_older(&space->readers, fresh.row) ||
	    (is_in_file && has_text_of(space, st, &fresh)))
		return 0;
	process = find_old_reader(wait, fresh.row, &older);
	if (!process)
		return 0;
	/* the process knows the base: it goes back below, or has gone back meanwhile */
	if (is_in_file || older >= fresh.base)
		readers_catch_up(&space->readers, process, fresh.row);
	if (older >= fresh.base)
		return 0;
	if (is_in_file)
		return freshness_go_back(space->engine, &fresh, older);
	wait->base = older;
	wait->reader = process;
	wait->row = fresh.row;
	return 0;
}
