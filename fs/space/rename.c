/* SPDX-License-Identifier: MIT */
/*
 * Renames and links, and what they mean for bindings.
 *
 *   scratch -> job name    a commit: the content is submitted first, and the rename is done when the
 *                          service has it, so a refusal leaves everything as it was; while the source
 *                          is open for writing it is just renamed, and its close commits
 *   job -> scratch name    a backup: the binding stays with the name
 *   job -> job name        the binding moves along; onto a name that is bound itself it is a commit,
 *                          an update of that job, and both bindings stay with their names
 *   directory              all bindings below move along, but for names that have one there already
 *   exchange               of two job files or two directories: the bindings change places
 *
 * A move of bindings is recorded in the ledger before it is done in the spool and ended after, so
 * that a crash between the two is mended at the next mount (rename_recover).
 */
#define _GNU_SOURCE
#include "space/rename.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/crash.h"
#include "base/log.h"
#include "space/commit.h"
#include "space/control.h"
#include "space/ops.h"

/* One end of a rename. */
struct end {
	struct node *parent;
	const char *name;
	bool exists;
	struct stat st; /* if it exists */
	bool is_job;	/* a regular file here is a job file */
};

struct renaming {
	struct end from, to;
	unsigned flags;
};

static int look(struct space *space, struct node *parent, const char *name, struct end *end)
{
	struct spot spot = {.dirfd = node_dirfd(&space->nodes, parent), .name = name, .fd = -1};
	int r;

	*end = (struct end){.parent = parent, .name = name};
	if (spot.dirfd < 0)
		return spot.dirfd;
	r = spot_stat(&spot, &end->st);
	if (r < 0 && r != -ENOENT)
		return r;
	end->exists = r == 0;
	end->is_job = name_is_job(name) && !node_is_hidden(parent);
	return 0;
}

/* ---- in the spool ---- */

/* Brings the nodes up to date after a rename. */
static void move_nodes(struct nodes *nodes, const struct renaming *renaming, struct node *source,
		       struct node *target)
{
	const struct end *from = &renaming->from, *to = &renaming->to;

	if (renaming->flags & RENAME_EXCHANGE) {
		if (source && target) {
			/* between the two moves both have the same name, of different parents or
			 * not */
			node_moved(nodes, source, from->parent, from->name, to->parent, to->name);
			node_moved(nodes, target, to->parent, to->name, from->parent, from->name);
		}
		return;
	}
	if (target)
		node_unlinked(nodes, target, to->parent, to->name);
	if (source && node_moved(nodes, source, from->parent, from->name, to->parent, to->name) < 0)
		log_error("out of memory: a renamed file is not found until it is looked up again");
}

/* A descriptor of a directory that stays good when others are asked for: the cache may close its
 * own. The caller closes it. */
static int hold_dirfd(struct nodes *nodes, struct node *dir)
{
	int held, fd = node_dirfd(nodes, dir);

	if (fd < 0)
		return fd;
	held = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	return held < 0 ? -errno : held;
}

/* Renames in the spool, and tells the nodes. */
static int rename_spool(struct space *space, const struct renaming *renaming)
{
	const struct end *from = &renaming->from, *to = &renaming->to;
	struct node *source = node_known(&space->nodes, from->parent, from->name);
	struct node *target = node_known(&space->nodes, to->parent, to->name);
	_cleanup_close_ int to_fd = -1;
	int from_fd, r;

	if (source && source == target)
		return 0; /* two names of one file: POSIX leaves both */
	if (target && !(renaming->flags & RENAME_EXCHANGE))
		node_keep(&space->nodes, target);
	to_fd = hold_dirfd(&space->nodes, to->parent);
	from_fd = node_dirfd(&space->nodes, from->parent);
	r = from_fd < 0 ? from_fd : to_fd < 0 ? to_fd : 0;
	if (r == 0 && renameat2(from_fd, from->name, to_fd, to->name, renaming->flags) < 0)
		r = -errno;
	if (r < 0) {
		if (target)
			node_unkeep(target);
		return r;
	}
	CRASH_POINT("spool-renamed");
	move_nodes(&space->nodes, renaming, source, target);
	return 0;
}

/* Makes what was done in a directory survive a loss of power. */
static int sync_directory(struct space *space, struct node *directory)
{
	_cleanup_close_ int fd = dir_open(space, directory);

	if (fd < 0)
		return fd;
	return fsync(fd) < 0 ? -errno : 0;
}

/* The ledger may be on the disk before the spool is: it must not forget a rename that a loss of
 * power would undo. */
static void sync_rename(struct space *space, const struct renaming *renaming)
{
	int r = sync_directory(space, renaming->to.parent);

	if (r == 0 && renaming->from.parent != renaming->to.parent)
		r = sync_directory(space, renaming->from.parent);
	if (r < 0)
		log_warning("%s: its rename to %s cannot be synced: %s", renaming->from.name,
			    renaming->to.name, strerror(-r));
}

int rename_settle(struct space *space)
{
	int r;

	if (!space->rename_unsettled)
		return 0;
	r = rename_recover(space->ledger, space->nodes.root.fd);
	if (r == 0)
		r = ledger_commit(space->ledger, false);
	space->rename_unsettled = r < 0;
	return r;
}

/* Nothing may be under way for what a rename puts its bindings over. */
static int check_idle(struct space *space, const char *path)
{
	_cleanup_ledger_job_ struct ledger_job job = {0};
	int r = ledger_busy(space->ledger, path);

	if (r == 0)
		r = ledger_find(space->ledger, path, &job);
	if (r == -ENOENT)
		return 0;
	return r < 0 ? r : r > 0 || engine_has(space->engine, job.row) ? -EBUSY : 0;
}

/* Renames with the bindings. */
static int rename_bound(struct space *space, const struct renaming *renaming)
{
	_cleanup_free_ char *from = NULL, *to = NULL;
	struct ledger_rename record = {.ino = renaming->from.st.st_ino,
				       .exchange = renaming->flags & RENAME_EXCHANGE};
	int r = node_path_of(renaming->from.parent, renaming->from.name, &from), settled;

	if (r == 0)
		r = node_path_of(renaming->to.parent, renaming->to.name, &to);
	if (r == 0)
		r = ledger_knows(space->ledger, from);
	if (r == 0 && record.exchange)
		r = ledger_knows(space->ledger, to);
	if (r == 0)
		return rename_spool(space, renaming);
	if (r > 0)
		r = rename_settle(space);
	if (r == 0 && !record.exchange)
		r = check_idle(space, to);
	if (r < 0)
		return r;
	record.from = from;
	record.to = to;
	r = ledger_rename_begin(space->ledger, &record);
	if (r < 0)
		return r;
	CRASH_POINT("rename-begun");
	r = rename_spool(space, renaming);
	if (r == 0)
		sync_rename(space, renaming);
	settled = r == 0 ? ledger_rename_done(space->ledger, &record)
			 : ledger_rename_undone(space->ledger, &record);
	if (settled == 0)
		settled = ledger_commit(space->ledger, false);
	CRASH_POINT("rename-ended");
	if (settled < 0) {
		space->rename_unsettled = true;
		log_error("%s: the ledger cannot record its rename to %s: %s", from, to,
			  strerror(-settled));
	}
	return r;
}

/* ---- that waits for a commit ---- */

struct rename_wait {
	struct wait wait;
	struct renaming renaming; /* with held parents and own names */
	char *from_name, *to_name;
	struct node *source; /* of a link: held; NULL for a rename */
};

static int link_spool(struct space *space, struct node *source, struct node *to_parent,
		      const char *to_name)
{
	char path[SPOT_PATH_MAX];
	_cleanup_close_ int to_fd = hold_dirfd(&space->nodes, to_parent);
	struct spot spot;
	bool follow;
	int r = to_fd < 0 ? to_fd : node_spot(&space->nodes, source, &spot);

	if (r < 0)
		return r;
	spot_path(&spot, path, &follow);
	return linkat(AT_FDCWD, path, to_fd, to_name, follow ? AT_SYMLINK_FOLLOW : 0) < 0 ? -errno
											  : 0;
}

/* Answers a link with its new name. */
static void reply_link(fuse_req_t req, struct space *space, struct node *source,
		       struct node *to_parent, const char *to_name)
{
	struct fuse_entry_param entry;
	int r = link_spool(space, source, to_parent, to_name);

	if (r == 0)
		r = entry_fill(space, to_parent, to_name, &entry);
	if (r < 0)
		reply(req, r);
	else if (fuse_reply_entry(req, &entry) == -ENOENT)
		node_forget(&space->nodes, node_of(&space->nodes, entry.ino), 1);
}

static void answer_rename(struct wait *wait, int result)
{
	struct rename_wait *waited = (struct rename_wait *)wait;
	struct renaming *renaming = &waited->renaming;
	struct space *space = wait->space;

	CRASH_POINT("commit-before-rename");
	if (result < 0)
		reply(wait->req, result);
	else if (waited->source)
		reply_link(wait->req, space, waited->source, renaming->to.parent, waited->to_name);
	else
		reply(wait->req, rename_spool(space, renaming));
	if (waited->source)
		node_release(&space->nodes, waited->source);
	else
		node_release(&space->nodes, renaming->from.parent);
	node_release(&space->nodes, renaming->to.parent);
	free(waited->from_name);
	free(waited->to_name);
	free(waited);
}

static struct rename_wait *rename_wait_make(struct space *space, fuse_req_t req,
					    const struct renaming *renaming, struct node *source)
{
	struct rename_wait *waited = calloc(1, sizeof(*waited));

	if (!waited)
		return NULL;
	waited->from_name = source ? NULL : strdup(renaming->from.name);
	waited->to_name = strdup(renaming->to.name);
	if (!waited->to_name || (!source && !waited->from_name)) {
		free(waited->from_name);
		free(waited->to_name);
		free(waited);
		return NULL;
	}
	waited->wait = (struct wait){.space = space, .req = req, .answer = answer_rename};
	waited->renaming = *renaming;
	waited->renaming.from.name = waited->from_name;
	waited->renaming.to.name = waited->to_name;
	waited->source = source;
	node_hold(source ? source : renaming->from.parent);
	node_hold(renaming->to.parent);
	return waited;
}

/* Submits what is at spot under the target's name, then goes on in answer_rename(). */
static void commit_first(struct space *space, fuse_req_t req, const struct renaming *renaming,
			 const struct spot *spot, struct node *source)
{
	struct rename_wait *waited = rename_wait_make(space, req, renaming, source);

	if (waited)
		commit_spot(space, spot, -1, renaming->to.parent, waited->to_name, &waited->wait);
	else
		reply(req, -ENOMEM);
}

/* ---- the operations ---- */

/* What was written there is not what was meant, or an attribute of it was refused: so is its
 * commit. Returns 0, or -errno with the story told under the target's name. */
static int check_spoiled(struct space *space, const struct node *source, const struct end *to)
{
	_cleanup_free_ char *path = NULL;
	int r;

	if (!source || !source->content || !source->content->refusal)
		return 0;
	r = node_path_of(to->parent, to->name, &path);
	return r < 0 ? r
		     : commit_refuse(space->engine, space->ledger, path, false,
				     source->content->refusal);
}

/* A job file that is half of what was meant does not become another job's content. */
static int check_whole(struct space *space, const struct end *from, const struct end *to)
{
	_cleanup_ledger_job_ struct ledger_job job = {0};
	_cleanup_free_ char *path = NULL, *to_path = NULL;
	struct err err;
	int r = from->is_job ? node_path_of(from->parent, from->name, &path) : -ENOENT;

	if (r == 0)
		r = ledger_find(space->ledger, path, &job);
	if (r < 0 || !job.incomplete)
		return r == -ENOENT ? 0 : r;
	r = node_path_of(to->parent, to->name, &to_path);
	if (r < 0)
		return r;
	err_set(&err, EINTR, "%s may be half of what was meant: its writer was killed", path);
	err_detail(&err, "what_to_do", "write %s again, then rename it", path);
	return commit_refuse(space->engine, space->ledger, to_path, false, &err);
}

static bool is_open_for_writing(struct space *space, const struct end *end)
{
	struct node *node = node_known(&space->nodes, end->parent, end->name);

	return node && node->content && node->content->writers;
}

/* Is the name of this end bound to a job? 1, 0 or -errno. */
static int is_bound(struct space *space, const struct end *end)
{
	_cleanup_ledger_job_ struct ledger_job job = {0};
	_cleanup_free_ char *path = NULL;
	int r = node_path_of(end->parent, end->name, &path);

	if (r == 0)
		r = ledger_find(space->ledger, path, &job);
	if (r == -ENOENT)
		return 0;
	return r < 0 ? r : job.job_id != NULL;
}

/* Does the rename put new content under a job's name? 1, 0 or -errno. */
static int wants_commit(struct space *space, const struct renaming *renaming)
{
	const struct end *from = &renaming->from, *to = &renaming->to;

	if (!to->is_job || !S_ISREG(from->st.st_mode) || (renaming->flags & RENAME_EXCHANGE) ||
	    (to->exists && (S_ISDIR(to->st.st_mode) || to->st.st_ino == from->st.st_ino)) ||
	    is_open_for_writing(space, from))
		return 0;
	if (!from->is_job)
		return from->st.st_size > 0;
	return is_bound(space, to);
}

static int check_names(const struct renaming *renaming, const struct node *from_node)
{
	const struct end *from = &renaming->from, *to = &renaming->to;
	int r;

	if (renaming->flags & ~(unsigned)(RENAME_NOREPLACE | RENAME_EXCHANGE))
		return -EINVAL;
	if (!node_is_hidden(from->parent) && name_sibling(from->name, NULL))
		return -EPERM;
	r = name_check_new(to->parent, to->name);
	if (r < 0)
		return r;
	if (!from->exists)
		return -ENOENT;
	if (to->exists && (renaming->flags & RENAME_NOREPLACE))
		return -EEXIST;
	/* one file under two jobs' names: as a link of a job file */
	if (to->is_job && !from->is_job && from_node && node_job_link(from_node))
		return -EPERM;
	/* an exchange that would put scratch content under a job's name: which of the two contents
	 * the user means to submit cannot be known */
	if ((renaming->flags & RENAME_EXCHANGE) && to->exists && from->is_job != to->is_job &&
	    (S_ISREG(from->st.st_mode) || S_ISREG(to->st.st_mode)))
		return -EINVAL;
	return 0;
}

void op_rename(fuse_req_t req, fuse_ino_t parent_id, const char *name, fuse_ino_t to_parent_id,
	       const char *to_name, unsigned int flags)
{
	struct space *space = space_of(req);
	struct renaming renaming = {.flags = flags};
	const struct end *from = &renaming.from;
	struct node *parent = node_of(&space->nodes, parent_id);
	struct node *to_parent = node_of(&space->nodes, to_parent_id);
	int r = control_owns(parent, name) || control_owns(to_parent, to_name) ? -EPERM : 0;

	if (r == 0)
		r = look(space, to_parent, to_name, &renaming.to);
	if (r == 0)
		r = look(space, parent, name, &renaming.from);
	if (r == 0)
		r = check_names(&renaming, node_known(&space->nodes, from->parent, name));
	if (r == 0)
		r = wants_commit(space, &renaming);
	if (r > 0) {
		struct node *source = node_known(&space->nodes, from->parent, name);
		int unfit = check_spoiled(space, source, &renaming.to);

		if (unfit == 0)
			unfit = check_whole(space, from, &renaming.to);
		r = unfit < 0 ? unfit : r;
	}
	if (r > 0) {
		struct spot spot = {
			.dirfd = node_dirfd(&space->nodes, from->parent), .name = name, .fd = -1};

		commit_first(space, req, &renaming, &spot, NULL);
		return;
	}
	if (r == 0) {
		bool moves = S_ISDIR(from->st.st_mode) || (from->is_job && renaming.to.is_job);

		r = moves ? rename_bound(space, &renaming) : rename_spool(space, &renaming);
	}
	reply(req, r);
}

void op_link(fuse_req_t req, fuse_ino_t id, fuse_ino_t to_parent_id, const char *to_name)
{
	struct space *space = space_of(req);
	struct node *source = node_of(&space->nodes, id);
	struct renaming renaming = {0};
	struct spot spot;
	struct stat st;
	bool is_commit;
	struct node *to_parent = node_of(&space->nodes, to_parent_id);
	int r = name_check_new(to_parent, to_name);

	if (r == 0)
		r = look(space, to_parent, to_name, &renaming.to);
	if (r == 0 && (node_is_derived(source) || node_job_link(source)))
		r = -EPERM;
	if (r == 0 && renaming.to.exists)
		r = -EEXIST;
	if (r == 0)
		r = node_spot(&space->nodes, source, &spot);
	if (r == 0)
		r = spot_stat(&spot, &st);
	/* with more names than are known, one may be a job file's */
	if (r == 0 && renaming.to.is_job && S_ISREG(st.st_mode) && st.st_nlink > 1)
		r = -EPERM;
	is_commit = r == 0 && renaming.to.is_job && S_ISREG(st.st_mode) && st.st_size > 0 &&
		    !(source->content && source->content->writers);
	if (is_commit)
		r = check_spoiled(space, source, &renaming.to);
	if (r < 0) {
		reply(req, r);
		return;
	}
	if (is_commit)
		commit_first(space, req, &renaming, &spot, source);
	else
		reply_link(req, space, source, renaming.to.parent, to_name);
}

/* ---- after a crash ---- */

/* Is what was to be renamed where it was to go? */
static bool was_done(void *data, const struct ledger_rename *rename)
{
	int spool_fd = *(const int *)data;
	struct stat st;

	return fstatat(spool_fd, rename->to, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       st.st_ino == rename->ino;
}

int rename_recover(struct ledger *ledger, int spool_fd)
{
	return ledger_rename_unfinished(ledger, was_done, &spool_fd);
}
