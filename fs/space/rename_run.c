/* SPDX-License-Identifier: MIT */
/*
 * Carries out a rename: in the spool, in the nodes, and in the bindings of the ledger (which path
 * has which job). The ledger records a move of bindings before the spool is renamed, and its end
 * after. If a crash comes between the two, the next mount ends the move (rename_recover.c).
 */
#define _GNU_SOURCE
#include "space/rename_run.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/crash.h"
#include "base/log.h"
#include "space/backup.h"
#include "space/claim_row.h"
#include "space/disk.h"
#include "space/location.h"
#include "space/moving.h"
#include "space/new_name.h"
#include "space/path.h"
#include "space/rename_recover.h"
#include "space/renaming.h"
#include "space/unmade.h"

/* Updates the names of the nodes after a rename. *from_name and *to_name are allocated copies of
 * the old and the new name; the pointer of a copy that a node takes is set to NULL. */
static void move_nodes(struct nodes *nodes, const struct renaming *renaming, struct node *source,
		       struct node *target, char **from_name, char **to_name)
{
	const struct end *from = &renaming->from, *to = &renaming->to;

	if (renaming->flags & RENAME_EXCHANGE) {
		if (source && target) {
			/* between the two moves both nodes have the same name, maybe in the same
			 * directory */
			node_moved(nodes, source, from->parent, from->name, to->parent,
				   steal_ptr(*to_name));
			node_moved(nodes, target, to->parent, to->name, from->parent,
				   steal_ptr(*from_name));
		}
		return;
	}
	if (target)
		node_unlinked(nodes, target, to->parent, to->name);
	if (source)
		node_moved(nodes, source, from->parent, from->name, to->parent,
			   steal_ptr(*to_name));
}

/* If one end of a rename is a directory now, makes the kernel forget the siblings below it. They
 * may differ now: rows that the ledger had under the new path stay there, and a hidden directory
 * has no siblings. */
static void forget_siblings_below(struct space *space, const struct end *end)
{
	const struct node *node = node_known(&space->nodes, end->parent, end->name);

	if (node && node->kind == NODE_DIR)
		sibling_cache_tree_changed(space, node);
}

int rename_spool(struct space *space, const struct renaming *renaming)
{
	const struct end *from = &renaming->from, *to = &renaming->to;
	struct node *source = node_known(&space->nodes, from->parent, from->name);
	struct node *target = node_known(&space->nodes, to->parent, to->name);
	/* copy the names first: after the rename nothing may fail */
	_cleanup_free_ char *from_name = strdup(from->name), *to_name = strdup(to->name);
	_cleanup_close_ int to_fd = -1;
	int from_fd, held_fd, r;

	if (source && source == target)
		return 0; /* two names of one file: POSIX lets both stay */
	if (!from_name || !to_name)
		return -ENOMEM;
	if (target && !(renaming->flags & RENAME_EXCHANGE))
		node_keep(&space->nodes, target, renaming->user);
	to_fd = node_hold_dirfd(&space->nodes, to->parent);
	from_fd = node_dirfd(&space->nodes, from->parent);
	r = from_fd < 0 ? from_fd : to_fd < 0 ? to_fd : 0;
	held_fd = r == 0 && to->exists ? disk_hold(to_fd, to->name) : -1;
	if (r == 0 && renameat2(from_fd, from->name, to_fd, to->name, renaming->flags) < 0)
		r = -errno;
	disk_close(space, held_fd, renaming->user);
	if (r < 0) {
		if (target)
			node_unkeep(&space->nodes, target);
		return r;
	}
	CRASH_POINT("spool-renamed");
	if (target && !(renaming->flags & RENAME_EXCHANGE))
		backup_removed(space, target);
	move_nodes(&space->nodes, renaming, source, target, &from_name, &to_name);
	sibling_cache_changed(space, from->parent, from->name);
	sibling_cache_changed(space, to->parent, to->name);
	if (!to->exists)
		name_is_made(space, to->parent, to->name, renaming->from.st.st_mode);
	else if (S_ISDIR(to->st.st_mode) && !(renaming->flags & RENAME_EXCHANGE))
		unmade_directory_is_gone(space, to->parent, to->name, &renaming->ended);
	return 0;
}

/* Checks the new path of a rename, which would get other bindings. Returns 0, -EBUSY (the path, or
 * a path below it, has an unfinished submission) or another -errno. */
static int check_idle(struct space *space, const char *path)
{
	int r = submit_ask(space->engine, PATH_IS_BUSY, path);

	return r > 0 ? -EBUSY : r;
}

/* Records in the rows of the renamed files which directory each file is in now. On failure one row
 * or both keep the old directory, and the log has a warning. */
static void follow_rows(struct space *space, const struct renaming *renaming)
{
	const struct end *from = &renaming->from, *to = &renaming->to;
	int r = claim_follow(space, to->parent, to->name, &from->st);

	if (r == 0 && renaming->flags & RENAME_EXCHANGE)
		r = claim_follow(space, from->parent, from->name, &to->st);
	if (r < 0)
		log_warning("%s: its directory cannot be recorded: %s", to->name, strerror(-r));
}

/* Records the end of a rename in the ledger, durably. r 0: the rename was done, and its bindings
 * move. r a negative errno: it was not done, and nothing moves. The kernel forgets the siblings at
 * both ends of a rename that was done. A failure of the ledger is only logged. */
static void end_rename(struct space *space, const struct renaming *renaming,
		       struct job_rename *record, int r)
{
	int settled = submit_rename(space->engine, r == 0 ? RENAME_DONE : RENAME_UNDONE, record);

	if (r == 0 && settled == 0)
		follow_rows(space, renaming);
	if (settled == 0)
		settled = submit_rename(space->engine, RENAME_SAVE, record);
	CRASH_POINT("rename-ended");
	if (r == 0) {
		forget_siblings_below(space, &renaming->from);
		forget_siblings_below(space, &renaming->to);
	}
	if (settled < 0)
		log_error("%s: the ledger cannot record its rename to %s: %s", record->from,
			  record->to, strerror(-settled));
}

/* Finds the two paths of a rename for the ledger, allocated (also on failure), and checks that
 * their rows can be moved now. Returns 1; 0: the ledger has no row to move; -EBUSY: see
 * check_idle(); or another -errno. */
static int make_record(struct space *space, const struct renaming *renaming, char **ret_from,
		       char **ret_to)
{
	bool exchange = renaming->flags & RENAME_EXCHANGE;
	int r = node_path_of(renaming->from.parent, renaming->from.name, ret_from);

	if (r == 0)
		r = node_path_of(renaming->to.parent, renaming->to.name, ret_to);
	if (r == 0)
		r = submit_ask(space->engine, PATH_HAS_ROWS, *ret_from);
	if (r == 0 && exchange)
		r = submit_ask(space->engine, PATH_HAS_ROWS, *ret_to);
	if (r <= 0)
		return r;
	r = rename_settle(space);
	if (r == 0 && !exchange)
		r = check_idle(space, *ret_to);
	return r < 0 ? r : 1;
}

void rename_bound(struct space *space, fuse_req_t req, const struct renaming *renaming, int64_t row)
{
	_cleanup_free_ char *from = NULL, *to = NULL;
	struct job_rename record = {.ino = renaming->from.st.st_ino,
				    .exchange = renaming->flags & RENAME_EXCHANGE,
				    .directory = S_ISDIR(renaming->from.st.st_mode),
				    .to_directory = S_ISDIR(renaming->to.st.st_mode)};
	int r;

	r = make_record(space, renaming, &from, &to);
	if (r <= 0) {
		reply(req, r < 0 ? r : rename_spool(space, renaming));
		return;
	}
	record.from = from;
	record.to = to;
	r = submit_rename(space->engine, RENAME_BEGIN, &record);
	if (r < 0) {
		reply(req, r);
		return;
	}
	CRASH_POINT("rename-begun");
	r = rename_spool(space, renaming);
	if (r < 0) {
		end_rename(space, renaming, &record, r);
		reply(req, r);
		return;
	}
	if (row)
		backup_note_move(space, req, renaming, row);
	steal_ptr(from);
	steal_ptr(to);
	moving_begin(space, req, renaming, &record, end_rename);
}
