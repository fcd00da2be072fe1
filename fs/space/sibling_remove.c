/* SPDX-License-Identifier: MIT */
/* Removing siblings, and hiding a removed sibling from its remover for a while. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "space/caller.h"
#include "space/claim_row.h"
#include "space/import.h"
#include "space/import_edit.h"
#include "space/path.h"
#include "space/proc.h"
#include "space/sibling.h"

/* Forgets a deleted sibling. Returns 0, -ENOENT (this name is no deleted sibling) or another
 * -errno. */
static int remove_deleted_sibling(struct space *space, const struct node *parent, const char *name)
{
	_cleanup_free_ char *path = NULL;
	int r = node_path_of(parent, name, &path);

	return r < 0 ? r : deleted_sibling_remove(&space->deleted_siblings, path) ? 0 : -ENOENT;
}

/* Returns the number that stands for the caller of a request in removals.h (remover_of()): for the
 * process, or for the user if the process cannot be seen. */
static uint64_t remover_of_request(fuse_req_t req)
{
	const struct fuse_ctx *ctx = fuse_req_ctx(req);

	return remover_of(proc_process(ctx->pid), ctx->uid);
}

bool sibling_is_removed(struct space *space, fuse_req_t req, const struct node *parent,
			const char *name)
{
	const int64_t now_ms = loop_now_ms(space->loop);
	uint64_t sibling;

	if (space->removals.last_until_ms <= now_ms)
		return false;
	sibling = sibling_ino(parent, name);
	return removals_has(&space->removals, sibling, now_ms) &&
	       removals_is_by(&space->removals, sibling, remover_of_request(req), now_ms);
}

/*
 * May the caller of req remove a sibling, if its directory has the sticky bit? Only the owner of
 * the sibling or of the directory may, and a master (caller.h); on a mount of one user everybody
 * may. The kernel checks this too, but keeps attributes of siblings (sibling_cache.c), and may have
 * an owner from before a chown(2). Returns 0, -EPERM or another -errno.
 */
static int check_sticky(struct space *space, fuse_req_t req, struct node *parent, const char *name,
			enum sibling sibling)
{
	struct access directory;
	struct caller caller;
	uid_t owner;
	int r;

	caller_init(&caller, req);
	if (space->options->one_user || caller_is_master(space, &caller.person))
		return 0;
	r = access_of_directory(space, parent, &directory);
	if (r < 0)
		return r;
	directory = access_shown(space, &directory, S_IFDIR);
	if (!(directory.mode & S_ISVTX) || directory.uid == caller.person.uid)
		return 0;
	r = sibling_owner(space, parent, name, sibling, &owner);
	if (r == -ENOENT) /* nothing of the sibling is left to protect */
		return 0;
	return r < 0 ? r : owner == caller.person.uid ? 0 : -EPERM;
}

int sibling_remove(struct space *space, fuse_req_t req, struct node *parent, const char *name,
		   enum sibling sibling)
{
	_cleanup_job_record_ struct job_record job = {0};
	_cleanup_free_ char *path = NULL;
	struct stat st;
	int r = sibling_job_path(parent, name, sibling, &path);

	if (r == 0)
		r = check_sticky(space, req, parent, name, sibling);
	if (r < 0)
		return r;
	r = import_find_path(space, path, &job);
	if (r < 0 && r != -ENOENT)
		return r;
	if (r == 0 &&
	    !claim_may_take(space, req, parent, &job.holding,
			    sibling_stat_job(space, parent, name, sibling, &st) ? &st : NULL))
		return -EPERM;
	if (sibling == SIBLING_ID && job.job_id) {
		removals_note(&space->removals, sibling_ino(parent, name), remover_of_request(req),
			      loop_now_ms(space->loop));
		return 0;
	}
	if (sibling == SIBLING_ERROR && !job.row && !strchr(path, '/')) {
		r = import_dismiss(space, parent, path);
		if (r != -ENOENT)
			return r;
	}
	/* while the file exists, keep the text of .error as dismissed; without the file, end it */
	if (sibling == SIBLING_ERROR && job.error && !job.dismissed)
		return submit_change(
			space->engine,
			&(struct submit_change){
				.kind = sibling_stat_job(space, parent, name, sibling, &st)
						? CHANGE_DISMISS
						: CHANGE_END_STORY,
				.row = job.row});
	return remove_deleted_sibling(space, parent, name);
}
