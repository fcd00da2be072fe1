/* SPDX-License-Identifier: MIT */
/*
 * When the service refuses an editor's new text, the editor puts the old file back. vim does it so:
 *
 *   rename a.yaml a.yaml~      (the name keeps its job, or gets it back when it is made: backup.c)
 *
 *   create a.yaml, write       (the service refuses the text)
 *
 *   unlink a.yaml              (with delete=service this would delete the job)
 *
 *   rename a.yaml~ a.yaml
 *
 * The third step, unlink, does not mean that the job is to go. So the job stays with the name if
 * three things hold. The process that removes the file has moved the job's file away from this name
 * before. The job's file still exists, so it may come back. And the service does not hold the text
 * that is removed: that text was refused, or is half of something.
 *
 * If the file does not come back, the job stays on the service, and the name remembers it, as
 * without delete=service. In all other cases the removal deletes the job: the service holds the
 * text, or the process has moved no file away, or the process is unknown.
 *
 * The fourth step, rename, writes no text: the name has its earlier text again. Any process may
 * make this step, also after cp -b, install -b or mv -b. So if no process had read that text
 * before, it still counts as unread (submit/freshness.c). Otherwise the tool would overwrite an
 * unread text the second time.
 *
 * The moves are remembered in memory only.
 */
#define _GNU_SOURCE
#include "space/moved_away.h"

#include <string.h>

#include "base/cleanup.h"
#include "space/bounds.h"
#include "space/content_read.h"
#include "space/location.h"
#include "space/proc.h"

void moved_away_note(struct space *space, fuse_req_t req, const struct node *parent,
		     const char *name, uint64_t ino)
{
	struct recent_move move = {
		.dir = parent->ino,
		.file = ino,
		.uid = fuse_req_ctx(req)->uid,
	};

	if (space->options->delete_on_service) /* only moved_away_keeps_job() needs the process */
		move.process = proc_process(fuse_req_ctx(req)->pid);
	recent_moves_note(&space->moved_away, &move, name, loop_now_ms(space->loop),
			  MOVED_AWAY_KEPT_MS);
}

bool moved_away_comes_back(struct space *space, const struct node *parent, const char *name,
			   uint64_t ino)
{
	const struct recent_move *move =
		recent_moves_find(&space->moved_away, parent->ino, name, loop_now_ms(space->loop));

	return move && move->file && move->file == ino;
}

void moved_away_removed(struct space *space, const struct node *node)
{
	int64_t now_ms = loop_now_ms(space->loop);

	if (node->kind == NODE_DIR)
		recent_moves_dir_gone(&space->moved_away, node->ino, now_ms);
	else
		recent_moves_file_gone(&space->moved_away, node->ino, now_ms);
}

/* Does the service hold the text of the file of this name? Yes also if the row (job) has no digest,
 * or if the file cannot be read. */
static bool is_what_service_holds(struct space *space, struct node *parent, const char *name,
				  const struct job_record *job)
{
	const struct location location = {
		.dirfd = node_dirfd(&space->nodes, parent), .name = name, .fd = -1};
	unsigned char digest[CONTENT_DIGEST_SIZE];

	if (!job->has_digest || location.dirfd < 0 ||
	    content_read_digest(&location, -1, digest) < 0)
		return true;
	return !memcmp(digest, job->digest, sizeof(digest));
}

bool moved_away_keeps_job(struct space *space, fuse_req_t req, struct node *parent,
			  const char *name, const struct job_record *job)
{
	const struct recent_move *move =
		recent_moves_find(&space->moved_away, parent->ino, name, loop_now_ms(space->loop));

	return space->options->delete_on_service && move && move->file && move->process &&
	       move->uid == fuse_req_ctx(req)->uid &&
	       move->process == proc_process(fuse_req_ctx(req)->pid) &&
	       !is_what_service_holds(space, parent, name, job);
}
