/* SPDX-License-Identifier: MIT */
/* Removes names: files, directories, siblings; with delete=service also the job. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/crash.h"
#include "base/log.h"
#include "space/backup.h"
#include "space/claim_row.h"
#include "space/control.h"
#include "space/disk.h"
#include "space/import_edit.h"
#include "space/job_name.h"
#include "space/location.h"
#include "space/moved_away.h"
#include "space/ops.h"
#include "space/path.h"
#include "space/pending_reply.h"
#include "space/sibling.h"
#include "space/unmade.h"

/* Call this function after a removal. r: 0, or the negative errno with which it failed; then only
 * node_keep() is undone. Otherwise updates the notes of backups, makes the kernel forget the
 * siblings of a file's name, and takes the name away from its node. node: the node that the kernel
 * knows under the name, or NULL; node_keep() was called for it. */
static void end_removal(struct space *space, struct node *node, struct node *parent,
			const char *name, bool is_dir, int r)
{
	if (r == 0 && !is_dir) {
		backup_left(space, parent, name);
		sibling_cache_changed(space, parent, name);
	}
	if (!node)
		return;
	if (r == 0)
		backup_removed(space, node);
	if (r == 0)
		node_unlinked(&space->nodes, node, parent, name);
	else
		node_unkeep(&space->nodes, node);
}

/* Removes a name from the spool for the user of req. Returns 0 or -errno. */
static int remove_name(struct space *space, fuse_req_t req, struct node *parent, const char *name,
		       int flags)
{
	struct node *node = node_known(&space->nodes, parent, name);
	const uid_t user = fuse_req_ctx(req)->uid;
	int dirfd, held_fd, r;

	if (node)
		node_keep(&space->nodes, node, user);
	dirfd = node_dirfd(&space->nodes, parent);
	held_fd = dirfd < 0 ? -1 : disk_hold(dirfd, name);
	r = dirfd < 0 ? dirfd : unlinkat(dirfd, name, flags) < 0 ? -errno : 0;
	disk_close(space, held_fd, user);
	end_removal(space, node, parent, name, flags, r);
	return r;
}

/* The removal of a job file with delete=service: it waits until the service has deleted the job. */
struct removal {
	struct pending_reply wait;
	struct node *parent; /* we hold a reference */
	char *name;
	bool had_error;	     /* before the removal .error was shown: it goes as well */
	struct access owner; /* the owner and mode of the file */
};

static void removal_free(struct removal *removal)
{
	node_release(&removal->wait.space->nodes, removal->parent);
	free(removal->name);
	free(removal);
}

/* Keeps a sibling of the removed file as a deleted sibling: rm -r has listed it, and will still
 * name it. */
static void leave_deleted_sibling(const struct removal *removal, const char *path,
				  enum sibling sibling)
{
	char *name;

	if (asprintf(&name, "%s%s", path, sibling_suffix(sibling)) < 0)
		return;
	deleted_sibling_add(&removal->wait.space->deleted_siblings, name, &removal->owner);
	free(name);
}

static void leave_deleted_siblings(const struct removal *removal)
{
	_cleanup_free_ char *path = NULL;

	if (node_path_of(removal->parent, removal->name, &path) < 0)
		return;
	leave_deleted_sibling(removal, path, SIBLING_ID);
	if (removal->had_error)
		leave_deleted_sibling(removal, path, SIBLING_ERROR);
}

static void answer_removal(struct pending_reply *wait, int result)
{
	struct removal *removal = (struct removal *)wait;

	CRASH_POINT("delete-before-unlink");
	if (result == 0) {
		/* if the service does not know the job, the name remembers the job: record the
		 * owner of the file */
		claim_part(wait->space, removal->parent, removal->name);
		result = remove_name(wait->space, wait->req, removal->parent, removal->name, 0);
	}
	if (result == 0)
		leave_deleted_siblings(removal);
	CRASH_POINT("delete-unlinked");
	reply(wait->req, result);
	removal_free(removal);
}

static struct removal *removal_make(struct space *space, fuse_req_t req, struct node *parent,
				    const char *name)
{
	struct removal *removal = calloc(1, sizeof(*removal));

	if (!removal || !(removal->name = strdup(name))) {
		free(removal);
		return NULL;
	}
	removal->wait =
		(struct pending_reply){.space = space, .req = req, .answer = answer_removal};
	removal->parent = parent;
	node_hold(parent);
	return removal;
}

/* Finds the job to delete on the service with a file. Only a job that a user has made or bound here
 * on purpose is deleted, and only if the caller may take it. Returns 0; -ENOENT: delete no job,
 * only the file; or another -errno. */
static int find_job_to_delete(struct space *space, fuse_req_t req, struct node *parent,
			      const char *name, struct stat *ret_st, struct job_record *ret_job)
{
	struct location location = {
		.dirfd = node_dirfd(&space->nodes, parent), .name = name, .fd = -1};
	int r = location.dirfd < 0 ? location.dirfd : location_stat(&location, ret_st);

	if (r == 0)
		r = claim_find(space, parent, name, ret_st, ret_job);
	if (r < 0)
		return r;
	return ret_job->job_id && ret_job->on_purpose &&
			       claim_may_take(space, req, parent, &ret_job->holding, ret_st)
		       ? 0
		       : -ENOENT;
}

/* Deletes the job of a name on the service, and after that the file. Returns true if the request
 * was or will be answered here: also if the job cannot be found out, and then nothing is removed.
 * Returns false if no job is to be deleted: the caller removes the file alone. */
static bool delete_job(struct space *space, fuse_req_t req, struct node *parent, const char *name)
{
	_cleanup_job_record_ struct job_record job = {0};
	_cleanup_free_ char *path = NULL;
	struct waiter *waiter = NULL;
	struct removal *removal;
	struct err err = {0};
	struct stat st;
	int r;

	if (!job_name_is(space, parent, name))
		return false;
	r = node_path_of(parent, name, &path);
	if (r == 0)
		r = find_job_to_delete(space, req, parent, name, &st, &job);
	if (r == -ENOENT)
		return false;
	if (r < 0) {
		log_warning("%s: not removed, because its job could not be found: %s", name,
			    strerror(-r));
		reply(req, r);
		return true;
	}
	if (moved_away_keeps_job(space, req, parent, name, &job)) {
		log_info("%s: its job stays: the file that had the name before may come back",
			 path);
		return false;
	}
	removal = removal_make(space, req, parent, name);
	if (!removal) {
		reply(req, -ENOMEM);
		return true;
	}
	removal->had_error = job.error && !job.dismissed;
	removal->owner = access_of(&st);
	r = submit_delete(
		space->engine,
		&(struct deletion){.record = &job, .path = path, .user = fuse_req_ctx(req)->uid},
		pending_reply_done, &removal->wait, &waiter, &err);
	if (r < 0)
		log_err(LOG_LEVEL_WARNING, path, job.job_id, &err);
	pending_reply_begin(&removal->wait, waiter, r);
	return true;
}

/* Removes a sibling. If the spool has a file of that name too, removes that file, so that a
 * directory that was hidden once can be emptied. Returns the result for that file; if there is
 * none, the result for the sibling: 0 or -errno. */
static int remove_sibling(struct space *space, fuse_req_t req, struct node *parent,
			  const char *name, enum sibling sibling)
{
	int derived = sibling_remove(space, req, parent, name, sibling);
	int stored = remove_name(space, req, parent, name, 0);

	return stored == -ENOENT ? derived : stored;
}

/* Removes a file. Before that, its row records owner and mode of the file and its directory: they
 * decide later who may have what the name keeps (claim.h). Returns 0 or -errno. */
static int remove_file(struct space *space, fuse_req_t req, struct node *parent, const char *name)
{
	int r;

	claim_part(space, parent, name);
	r = remove_name(space, req, parent, name, 0);
	return r < 0 ? r : import_removed(space, parent, name);
}

void op_unlink(fuse_req_t req, fuse_ino_t parent_id, const char *name)
{
	struct space *space = space_of(req);
	struct node *parent = node_of(&space->nodes, parent_id);
	enum sibling sibling = job_name_sibling(space, parent, name, NULL);

	if (control_owns(parent, name))
		reply(req, -EPERM);
	else if (sibling)
		reply_recorded(space, req, remove_sibling(space, req, parent, name, sibling));
	else if (!space->options->delete_on_service || !delete_job(space, req, parent, name))
		reply_recorded(space, req, remove_file(space, req, parent, name));
}

/* ---- directories ---- */

/* Answers req, an rmdir, with r: 0 or a negative errno. If the directory was removed, the
 * .error texts of names without a file in it end (unmade.h). st: the directory before that. */
static void reply_rmdir(struct space *space, fuse_req_t req, struct node *parent, const char *name,
			const struct stat *st, int r)
{
	if (r == 0) {
		struct unmade_whose whose = unmade_whose(space, req, st);

		unmade_directory_is_gone(space, parent, name, &whose);
	}
	reply_recorded(space, req, r);
}

/* The removal of a big directory, which a thread makes: the disk needs long to see whether the
 * directory is empty, and to give its blocks back. */
struct dir_removal {
	struct node *node; /* we hold a reference; or NULL */
	char *name;
	struct stat st;
};

static void work_rmdir(struct worker_job *job)
{
	struct disk_op *op = disk_op_of(job);
	const struct dir_removal *removal = op->owner;

	op->result = unlinkat(op->own_fd, removal->name, AT_REMOVEDIR) < 0 ? -errno : 0;
}

static void answer_rmdir(struct disk_op *op)
{
	struct dir_removal *removal = op->owner;
	int r = (int)op->result;

	end_removal(op->space, removal->node, op->node, removal->name, true, r);
	reply_rmdir(op->space, op->req, op->node, removal->name, &removal->st, r);
	if (removal->node)
		node_release(&op->space->nodes, removal->node);
	free(removal->name);
	free(removal);
}

/* Removes a big directory in a thread. Returns 0 (req will be answered) or -errno. */
static int rmdir_later(struct space *space, fuse_req_t req, struct node *parent, const char *name,
		       const struct stat *st)
{
	_cleanup_close_ int fd = node_hold_dirfd(&space->nodes, parent);
	struct disk_op *op = disk_begin(space, req, fuse_req_ctx(req)->uid, parent);
	struct dir_removal *removal = calloc(1, sizeof(*removal));

	if (fd < 0 || !op || !removal || !(removal->name = strdup(name))) {
		if (op)
			disk_drop(op);
		free(removal);
		return fd < 0 ? fd : -ENOMEM;
	}
	removal->st = *st;
	removal->node = node_known(&space->nodes, parent, name);
	if (removal->node) {
		node_hold(removal->node);
		node_keep(&space->nodes, removal->node, fuse_req_ctx(req)->uid);
	}
	op->own_fd = steal_fd(&fd);
	op->owner = removal;
	op->answer = answer_rmdir;
	disk_go(op, work_rmdir);
	return 0;
}

void op_rmdir(fuse_req_t req, fuse_ino_t parent_id, const char *name)
{
	struct space *space = space_of(req);
	struct node *parent = node_of(&space->nodes, parent_id);
	struct location location = {
		.dirfd = node_dirfd(&space->nodes, parent), .name = name, .fd = -1};
	struct stat st;
	int r = control_owns(parent, name) ? -EPERM : location.dirfd;

	if (r >= 0)
		r = location_stat(&location, &st);
	if (r == 0 && S_ISDIR(st.st_mode) && disk_is_long(&st)) {
		r = rmdir_later(space, req, parent, name, &st);
		if (r < 0)
			reply(req, r);
		return;
	}
	if (r == 0)
		r = remove_name(space, req, parent, name, AT_REMOVEDIR);
	reply_rmdir(space, req, parent, name, &st, r);
}
