/* SPDX-License-Identifier: MIT */
/*
 * A rename that moves bindings (which path has which job), between the spool and the ledger.
 *
 * The ledger may reach the disk before the spool does. So the directories are synced first, and the
 * ledger moves the bindings after that: the ledger must not forget a rename that a loss of power
 * would undo. Such a sync also waits for data that other programs wrote before, so a thread waits
 * for it.
 *
 * Meanwhile nodes and spool have the new name, and the ledger has the old one. All code asks the
 * ledger by path, and paths come from node_path_of(). That function returns the old path for the
 * renamed file or directory and for all below it. So the binding is found, and a commit goes to the
 * right job. After the sync the ledger moves the rows, and the paths are the new ones. After a
 * crash between the two, the record in the ledger says what was renamed (rename_recover.c).
 *
 * The kernel locks both directories until the request is answered, so no file of the old or the new
 * name is made meanwhile. Another rename above or below is possible, and would move rows by a path
 * that is about to change. So that rename waits until the first rename has ended.
 */
#define _GNU_SOURCE
#include "space/moving.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "space/disk.h"
#include "space/location.h"
#include "space/path.h"
#include "space/renaming.h"

/* A copy of a rename, whose request may end before: it owns its two names and holds references to
 * its two directories. */
struct kept {
	struct renaming renaming;
	char *from_name, *to_name;
};

struct moving {
	LIST_ENTRY(moving) link; /* in space->movings */
	struct kept kept;
	moving_end_fn *end;
	struct job_rename record; /* its paths are owned by from and to below */
	char *from, *to;
	/* While the move is under way, node_path_of() answers by these. to_is: the new name has the
	 * old path. from_is (used in an exchange only): the old name has the new path */
	struct node_move to_is, from_is;
	int fd[2]; /* the two directories to sync; -1 (or -errno): none */
	/* fd[0] stands for the whole file system, which is synced */
	bool whole;
};

struct waiting_rename {
	STAILQ_ENTRY(waiting_rename) link; /* in space->renames_waiting */
	struct kept kept;
	fuse_req_t req;
	moving_again_fn *again;
};

static int keep_renaming(struct kept *kept, const struct renaming *renaming)
{
	*kept = (struct kept){.renaming = *renaming,
			      .from_name = strdup(renaming->from.name),
			      .to_name = strdup(renaming->to.name)};
	if (!kept->from_name || !kept->to_name) {
		free(kept->from_name);
		free(kept->to_name);
		return -ENOMEM;
	}
	kept->renaming.from.name = kept->from_name;
	kept->renaming.to.name = kept->to_name;
	node_hold(renaming->from.parent);
	node_hold(renaming->to.parent);
	return 0;
}

static void release_renaming(struct space *space, struct kept *kept)
{
	node_release(&space->nodes, kept->renaming.from.parent);
	node_release(&space->nodes, kept->renaming.to.parent);
	free(kept->from_name);
	free(kept->to_name);
}

/* ---- what is in the way ---- */

static bool is_at_or_below(const char *path, const char *top)
{
	size_t length = strlen(top);

	return !strncmp(path, top, length) && (path[length] == '/' || !path[length]);
}

static bool are_related(const char *one, const char *other)
{
	return is_at_or_below(one, other) || is_at_or_below(other, one);
}

bool moving_is_in_the_way(struct space *space, const struct renaming *renaming)
{
	const struct end *from = &renaming->from, *to = &renaming->to;
	_cleanup_free_ char *from_path = NULL, *to_path = NULL;
	const struct moving *moving;

	if (LIST_EMPTY(&space->movings) ||
	    node_shown_path(from->parent, from->name, &from_path) < 0 ||
	    node_shown_path(to->parent, to->name, &to_path) < 0)
		return false;
	LIST_FOREACH (moving, &space->movings, link) {
		if (are_related(from_path, moving->from) || are_related(from_path, moving->to) ||
		    are_related(to_path, moving->from) || are_related(to_path, moving->to))
			return true;
	}
	return false;
}

bool moving_is(const struct space *space, int64_t id)
{
	const struct moving *moving;

	LIST_FOREACH (moving, &space->movings, link) {
		if (moving->record.id == id)
			return true;
	}
	return false;
}

void moving_wait(struct space *space, fuse_req_t req, const struct renaming *renaming,
		 moving_again_fn *again)
{
	struct waiting_rename *waiting = calloc(1, sizeof(*waiting));

	if (!waiting || keep_renaming(&waiting->kept, renaming) < 0) {
		free(waiting);
		reply(req, -ENOMEM);
		return;
	}
	waiting->req = req;
	waiting->again = again;
	STAILQ_INSERT_TAIL(&space->renames_waiting, waiting, link);
}

/* Begins all waiting renames again. A rename waits once more if another rename is still in its
 * way. */
static void begin_waiting(struct space *space)
{
	struct waiting_rename *waiting;
	STAILQ_HEAD(, waiting_rename) all = STAILQ_HEAD_INITIALIZER(all);

	STAILQ_CONCAT(&all, &space->renames_waiting);
	while ((waiting = STAILQ_FIRST(&all))) {
		const struct renaming *renaming = &waiting->kept.renaming;

		STAILQ_REMOVE_HEAD(&all, link);
		waiting->again(waiting->req, node_id(&space->nodes, renaming->from.parent),
			       renaming->from.name, node_id(&space->nodes, renaming->to.parent),
			       renaming->to.name, renaming->flags);
		release_renaming(space, &waiting->kept);
		free(waiting);
	}
}

/* ---- the sync ---- */

/* Opens the directories that work_sync_move() syncs. If one may not be read (EACCES), the whole
 * file system is synced. One that cannot be opened for another reason is not synced. */
static void open_directories(struct space *space, struct moving *moving)
{
	struct node *to = moving->kept.renaming.to.parent,
		    *from = moving->kept.renaming.from.parent;

	moving->fd[0] = node_open_dir(&space->nodes, to);
	moving->fd[1] = from == to ? -1 : node_open_dir(&space->nodes, from);
	if (moving->fd[0] != -EACCES && moving->fd[1] != -EACCES)
		return;
	/* a directory that we may write and not read cannot be synced: sync the whole file system,
	 * through the state directory */
	for (int i = 0; i < 2; i++)
		if (moving->fd[i] >= 0)
			close(moving->fd[i]);
	moving->fd[0] = openat(space->nodes.root.fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	moving->fd[1] = -1;
	moving->whole = true;
}

static void work_sync_move(struct worker_job *job)
{
	struct disk_op *op = disk_op_of(job);
	const struct moving *moving = op->owner;

	for (int i = 0; i < 2; i++) {
		int fd = moving->fd[i];

		if (fd >= 0 && (moving->whole ? syncfs(fd) : fsync(fd)) < 0)
			op->result = -errno;
	}
}

static void free_moving(struct space *space, struct moving *moving)
{
	for (int i = 0; i < 2; i++)
		if (moving->fd[i] >= 0)
			close(moving->fd[i]);
	release_renaming(space, &moving->kept);
	free(moving->from);
	free(moving->to);
	free(moving);
}

static void answer_moved(struct disk_op *op)
{
	struct space *space = op->space;
	struct moving *moving = op->owner;

	if (op->result < 0)
		log_warning("%s: its rename to %s cannot be synced: %s", moving->from, moving->to,
			    strerror(-(int)op->result));
	LIST_REMOVE(moving, link);
	node_move_end(&moving->to_is);
	if (moving->record.exchange)
		node_move_end(&moving->from_is);
	moving->end(space, &moving->kept.renaming, &moving->record, 0);
	free_moving(space, moving);
	reply(op->req, 0);
	begin_waiting(space);
}

/* From now on node_path_of() returns the ledger's old paths for the new names. */
static void announce_move(struct space *space, struct moving *moving)
{
	const struct end *from = &moving->kept.renaming.from, *to = &moving->kept.renaming.to;

	LIST_INSERT_HEAD(&space->movings, moving, link);
	moving->to_is = (struct node_move){to->parent, to->name, moving->from};
	node_move_begin(&space->nodes, &moving->to_is);
	moving->from_is = (struct node_move){from->parent, from->name, moving->to};
	if (moving->record.exchange)
		node_move_begin(&space->nodes, &moving->from_is);
}

void moving_begin(struct space *space, fuse_req_t req, const struct renaming *renaming,
		  struct job_rename *take_record, moving_end_fn *end)
{
	struct moving *moving = calloc(1, sizeof(*moving));
	struct disk_op *op = moving ? disk_begin(space, req, renaming->user, NULL) : NULL;

	if (!op || keep_renaming(&moving->kept, renaming) < 0) {
		/* the rename is done in the spool, so end it in the ledger, without waiting for a
		 * sync */
		if (op)
			disk_drop(op);
		free(moving);
		log_warning("%s: its rename is not synced: out of memory", take_record->from);
		end(space, renaming, take_record, 0);
		free((char *)take_record->from);
		free((char *)take_record->to);
		reply(req, 0);
		return;
	}
	moving->end = end;
	moving->record = *take_record;
	moving->from = (char *)take_record->from;
	moving->to = (char *)take_record->to;
	open_directories(space, moving);
	announce_move(space, moving);
	op->must = true;
	op->owner = moving;
	op->answer = answer_moved;
	disk_go(op, work_sync_move);
}
