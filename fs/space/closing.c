/* SPDX-License-Identifier: MIT */
/*
 * When a close of an open file is a commit: its content counts as complete, and is submitted.
 *
 * The kernel sends a FLUSH at each close of each copy of a descriptor, and its answer is the result
 * of close(2). A thread judges whether the close is the last one (inspectors.c). Meanwhile the loop
 * goes on, and may answer other requests for the same file. So after the verdict end_flush() asks
 * again: is there still something to commit, under which name, and can another handle write?
 *
 * Each FLUSH notes in handle->ending how the closing process goes on. RELEASE comes when the last
 * descriptor is gone, so the last FLUSH came from the last process that held the file. RELEASE
 * decides by that value of handle->ending:
 *
 *   orderly   The process has closed the file, or has exited by itself: a commit.
 *   killed    A signal killed the process: a draft.
 *   hidden    The process exited, and we may not know how. A signal may have killed it: a draft.
 *   unseen    We know nothing: with unseen=draft a draft, with unseen=commit a commit.
 *   none      No FLUSH came, because the descriptor was never in a descriptor table (io_uring): a
 *             commit if the opener lives, otherwise a draft.
 *
 * An interrupt (Ctrl-C, a fatal signal) answers the close with EINTR, and the thread's verdict is
 * not awaited. The kernel interrupts the FLUSH of most processes that are killed. At that moment
 * the process still waits in its close. So the loop looks immediately whether a signal kills the
 * process, and RELEASE uses the result.
 */
#define _GNU_SOURCE
#include "space/closing.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "space/backup.h"
#include "space/claim_row.h"
#include "space/commit.h"
#include "space/content.h"
#include "space/half.h"
#include "space/reading.h"
#include "space/inspectors.h"
#include "space/job_name.h"
#include "space/location.h"
#include "space/pending_reply.h"
#include "space/proc.h"

/* A FLUSH that waits for the verdict of a thread. The kernel keeps the handle open until the FLUSH
 * is answered. */
struct closing {
	struct space *space;
	fuse_req_t req;
	struct handle *handle;
	struct writers_close close;
	struct inspection *inspection;
	LIST_ENTRY(closing) link; /* in space->closings */
};

static bool is_file_empty(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && st.st_size == 0;
}

/* Is the file a backup, or maybe half of what was meant, and no data was written to it since? Then
 * it is not committed, although its attributes or its size have changed. No, if a refusal is noted:
 * its commit reports that. (link: the name that the file would be committed under.) */
static bool is_untouched(struct space *space, const struct handle *handle, const struct name *link)
{
	_cleanup_job_record_ struct job_record job = {0};
	const struct content *content = handle->node->content;
	const struct location location = {.fd = handle->fd};
	struct stat st;

	if (content->filled || content->refusal)
		return false;
	if (half_is_marked(&location))
		return true;
	if (fstat(handle->fd, &st) < 0 ||
	    claim_find(space, link->parent, link->name, &st, &job) < 0)
		return false;
	return job.incomplete || (!content->rewritten && backup_is(space, handle->node, &job) > 0);
}

/* Returns the name under which a close of this handle would commit the file; NULL: there is nothing
 * to commit. */
static const struct name *closing_wants_commit(struct space *space, const struct handle *handle)
{
	const struct content *content = handle->node->content;
	const struct name *link;

	if (!handle->writable || !content_is_dirty(content))
		return NULL;
	/* commit no empty file; but after a refused write the close of an empty file must report
	 * the refusal */
	if (!content->refusal && is_file_empty(handle->fd))
		return NULL;
	link = node_job_name(space, handle->node);
	return link && is_untouched(space, handle, link) ? NULL : link;
}

static bool has_other_writers(const struct handle *handle)
{
	return handle->node->content->writers > (handle->writing ? 1 : 0);
}

static void note_closer(struct handle *handle, const struct closer *closer)
{
	handle->ending = closer->ending;
	handle->killed_by = closer->signal;
}

/* If the handle's file was written since the last success of this function, takes the mark "backup"
 * from the row of its name (link). Returns 0 or -errno. */
static int end_backup_of_handle(struct space *space, const struct handle *handle,
				const struct name *link)
{
	struct content *content = handle->node->content;
	int r = content->rewritten ? backup_end(space, link->parent, link->name) : 0;

	content->rewritten = content->rewritten && r < 0;
	return r;
}

/* ---- what is not committed, and why ---- */

/* Records the refusal err of a file that may be half of what was meant; for the same content only
 * once for each handle. Returns -err->errnum, or another -errno if that cannot be recorded. */
static int refuse_half(struct space *space, fuse_req_t req, struct handle *handle,
		       const struct name *link, const struct err *err)
{
	uint64_t written = handle->node->content->written;

	if (handle->told == written)
		return -err->errnum;
	handle->told = written;
	end_backup_of_handle(space, handle,
			     link); /* if this fails, the refusal is still recorded */
	return commit_refuse_node(space, req, handle->node, link, true, err);
}

static void tell_unseen(struct err *err)
{
	err_set(err, EOPNOTSUPP,
		"cocfs cannot see the process that wrote this: it may be half of it");
	err_detail(
		err, "what_to_do",
		"write the text under another name and rename that file: a rename is always "
		"taken. Or run cocfs where it sees the writers (hostPID: true in Kubernetes, /proc "
		"without hidepid), or mount with -o unseen=commit");
}

static void tell_killed(int signal, struct err *err)
{
	err_set(err, EINTR, "its writer was killed by signal %d (SIG%s): this may be half of it",
		signal, sigabbrev_np(signal));
	err_detail(err, "what_to_do", "write the file again");
}

static void tell_hidden(struct err *err)
{
	err_set(err, EINTR,
		"its writer has ended, and cocfs may not know how: if it was killed, this is half "
		"of it");
	err_detail(err, "what_to_do",
		   "write the file again with a program that closes it before it ends, as cp does");
}

/* May the process that closed the handle last have left half of what was meant (handle->ending)? If
 * so, fills err with the reason. */
static bool left_half(const struct space *space, const struct handle *handle, struct err *err)
{
	switch (handle->ending) {
	case ENDING_KILLED:
		tell_killed(handle->killed_by, err);
		return true;
	case ENDING_HIDDEN:
		tell_hidden(err);
		return true;
	case ENDING_UNSEEN:
		/* if a write was refused, the commit reports that reason */
		if (space->options->unseen_commits || handle->node->content->refusal)
			return false;
		tell_unseen(err);
		return true;
	case ENDING_NONE:
	case ENDING_ORDERLY:
		break;
	}
	return false;
}

/*
 * Call this function when a process closes the file while other processes can still write to it. A
 * signal may kill the closing process, or it may end in a way that we cannot know. If it has
 * written to the content (contributors.h), the content counts as half then. The other processes may
 * add to it and close the file in good order: it stays half until the file is cut to nothing.
 */
static void spoil_if_writer(struct handle *handle, const struct closer *closer)
{
	struct content *content = handle->node->content;
	struct err err;

	if (closer->ending != ENDING_KILLED && closer->ending != ENDING_HIDDEN)
		return;
	if (!contributors_have(&content->contributors, closer->process))
		return;
	if (closer->ending == ENDING_KILLED)
		tell_killed(closer->signal, &err);
	else
		tell_hidden(&err);
	content_spoil(content, &err, -1);
}

/* Call this function at a close, by a thread, that commits nothing: the file has no job file name,
 * say. But if the file was opened for writing under such a name (was_job), it may get one again. So
 * if a signal kills the closing process, and this process has written, marks the file as half
 * (half.h). */
static void mark_if_killed(struct handle *handle, pid_t thread)
{
	const struct content *content = handle->node->content;
	const struct location location = {.fd = handle->fd};
	struct closer closer;

	if (!handle->writable || !content->was_job || !content_is_dirty(content))
		return;
	closer_look(thread, &closer);
	note_closer(handle, &closer);
	if (closer.ending == ENDING_KILLED &&
	    contributors_have(&content->contributors, closer.process))
		half_mark(&location);
}

/* ---- the verdict ---- */

/* Commits the content of the handle's file. Answers req; NULL: no request waits. */
static void commit_now(struct space *space, fuse_req_t req, struct handle *handle,
		       const struct name *link)
{
	int r = end_backup_of_handle(space, handle, link);
	struct pending_reply *wait = r < 0 ? NULL : pending_reply_plain(space, req);

	if (wait)
		commit_open(space, handle, link, wait);
	else if (req)
		reply(req, r < 0 ? r : -ENOMEM);
	else
		commit_refuse_unready(space, handle->node, link, r < 0 ? r : -ENOMEM);
}

/* Answers a FLUSH (a close) after its verdict. If there is nothing to commit, or another handle or
 * process can still write, the answer is 0. If none can, or if no other handle can and the closing
 * process cannot be seen, the content is committed, and the answer waits for the commit. Content
 * that may be half is not committed. Then a closing process that cannot be seen gets the refusal as
 * its answer; a closing process that dies gets 0, and RELEASE records the refusal. */
static void end_flush(struct space *space, fuse_req_t req, struct handle *handle,
		      const struct writers_verdict *verdict)
{
	const struct name *link = closing_wants_commit(space, handle);
	bool is_unseen = verdict->closer.ending == ENDING_UNSEEN;
	struct err err;

	note_closer(handle, &verdict->closer);
	if (!link || has_other_writers(handle) || (!is_unseen && !verdict->is_last)) {
		if (link)
			spoil_if_writer(handle, &verdict->closer);
		reply(req, 0);
		return;
	}
	handle_set_writing(handle, false);
	if (!left_half(space, handle, &err))
		commit_now(space, req, handle, link);
	else if (is_unseen)
		reply_recorded(space, req, refuse_half(space, req, handle, link, &err));
	else
		reply(req, 0); /* the process dies without an answer: RELEASE records the refusal */
}

/* ---- the wait for the verdict ---- */

/* Ends the wait of a close for its verdict, and frees closing. Returns the request of the close,
 * which the caller answers. */
static fuse_req_t closing_end(struct closing *closing)
{
	fuse_req_t req = closing->req;

	fuse_req_interrupt_func(req, NULL, NULL);
	LIST_REMOVE(closing, link);
	free(closing);
	return req;
}

static void on_judged(void *data, const struct writers_verdict *verdict)
{
	struct closing *closing = data;
	struct space *space = closing->space;
	struct handle *handle = closing->handle;
	struct writers_verdict blind;

	if (!verdict) {
		writers_judge_blindly(&closing->close, &blind);
		verdict = &blind;
	}
	end_flush(space, closing_end(closing), handle, verdict);
}

static void interrupt_closing(struct closing *closing)
{
	struct closer closer;

	inspection_drop(closing->inspection);
	closer_look(closing->close.closer, &closer);
	note_closer(closing->handle, &closer);
	if (closing_wants_commit(closing->space, closing->handle))
		spoil_if_writer(closing->handle, &closer);
	LIST_REMOVE(closing, link);
	reply(closing->req, -EINTR);
	free(closing);
}

static void on_close_interrupted(fuse_req_t req, void *data)
{
	(void)req;
	interrupt_closing(data);
}

void closing_interrupt_all(struct space *space)
{
	while (!LIST_EMPTY(&space->closings))
		interrupt_closing(LIST_FIRST(&space->closings));
}

/* Lets a thread judge a close; on_judged() goes on. If no thread can, judges the close by the
 * closing process alone, and goes on with end_flush() itself. */
static void begin_closing(struct space *space, fuse_req_t req, struct handle *handle)
{
	const struct fuse_ctx *ctx = fuse_req_ctx(req);
	struct closing *closing = calloc(1, sizeof(*closing));
	struct writers_close close = {
		.ino = handle->node->ino,
		.closer = ctx->pid,
		.opener = handle->opener,
		.newest_pid = handle->newest_pid,
		.open_ms = loop_now_ms(space->loop) - handle->opened_ms,
	};
	struct writers_verdict blind;

	if (closing) {
		*closing = (struct closing){
			.space = space, .req = req, .handle = handle, .close = close};
		closing->inspection =
			inspection_begin(space->inspectors, &close, ctx->uid, on_judged, closing);
	}
	if (!closing || !closing->inspection) {
		free(closing);
		writers_judge_blindly(&close, &blind);
		end_flush(space, req, handle, &blind);
		return;
	}
	LIST_INSERT_HEAD(&space->closings, closing, link);
	/* do not call fuse_req_interrupt_func() for an interrupted request: libfuse would call the
	 * function immediately, and use the request after that */
	if (fuse_req_interrupted(req))
		interrupt_closing(closing);
	else
		fuse_req_interrupt_func(req, on_close_interrupted, closing);
}

void closing_flush(struct space *space, fuse_req_t req, struct handle *handle)
{
	const pid_t pid = fuse_req_ctx(req)->pid;
	struct writers_verdict verdict = {.closer = {.ending = ENDING_UNSEEN}};

	if (handle->wrote_at)
		reading_note_copy(space, req, handle->node);
	handle->ending = ENDING_ORDERLY;
	handle->killed_by = 0;
	if (!closing_wants_commit(space, handle)) {
		mark_if_killed(handle, pid);
		reply(req, 0);
	} else if (!pid || space->sight.is_blind) {
		end_flush(space, req, handle, &verdict);
	} else if (has_other_writers(handle)) {
		closer_look(pid, &verdict.closer);
		end_flush(space, req, handle, &verdict);
	} else {
		begin_closing(space, req, handle);
	}
}

/* Returns how the opener of a handle goes on, if no FLUSH of the handle was seen. ENDING_ORDERLY:
 * the opener lives; ENDING_HIDDEN: it has ended, or its status cannot be read; ENDING_UNSEEN: the
 * opener is unknown, or cocfs sees no process at all. */
static enum ending look_at_opener(const struct space *space, const struct handle *handle)
{
	struct proc_status status;

	if (!handle->opener || space->sight.is_blind)
		return ENDING_UNSEEN;
	return proc_status(handle->opener, &status) == 0 && status.fd_size ? ENDING_ORDERLY
									   : ENDING_HIDDEN;
}

void closing_release(struct space *space, struct handle *handle)
{
	const struct name *link = closing_wants_commit(space, handle);
	struct content *content = handle->node->content;
	struct err err;
	bool is_half;

	if (!link)
		return;
	if (handle->ending == ENDING_NONE)
		handle->ending = look_at_opener(space, handle);
	is_half = left_half(space, handle, &err);
	if (!has_other_writers(handle)) {
		if (is_half)
			refuse_half(space, NULL, handle, link, &err);
		else
			commit_now(space, NULL, handle, link);
	} else if (is_half &&
		   (handle->wrote_at > content->committed || content->contributors.anybody)) {
		/* the other processes will close the file in good order, so note here that the
		 * content is half */
		content_spoil(content, &err, -1);
	}
}
