/* SPDX-License-Identifier: MIT */
/*
 * Renames, and what they mean for bindings (which path has which job).
 *
 * scratch -> job name: a commit. The content is submitted first, and the rename is done when the
 * service has it, so a refusal changes nothing. If the source is open for writing, the rename is
 * done without a commit, and the close commits.
 *
 * job -> scratch name: a backup. The binding stays with the old name.
 *
 * job name -> job name: the binding moves along. If the new name has a binding itself, the rename
 * is a commit, an update of the new name's job, and both bindings stay with their names. If the
 * same process makes the old name again, the binding goes back (backup.c).
 *
 * directory: all bindings below move along. A new path that has a binding already keeps that
 * binding.
 *
 * exchange of two job files or two directories: the bindings change places.
 *
 * This file decides which of these a rename is. rename_run.c carries it out, rename_wait.c waits
 * for its commit, rename_source.c says whether its source may become a job's content.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "space/backup.h"
#include "space/claim.h"
#include "space/claim_row.h"
#include "space/claim_tree.h"
#include "space/content.h"
#include "space/control.h"
#include "space/import.h"
#include "space/import_edit.h"
#include "space/job_name.h"
#include "space/location.h"
#include "space/moved_away.h"
#include "space/moving.h"
#include "space/new_name.h"
#include "space/ops.h"
#include "space/path.h"
#include "space/pending_reply.h"
#include "space/rename_run.h"
#include "space/rename_source.h"
#include "space/rename_wait.h"
#include "space/renaming.h"
#include "space/unmade.h"

static bool is_open_for_writing(struct space *space, const struct end *end)
{
	struct node *node = node_known(&space->nodes, end->parent, end->name);

	return node && node->content && node->content->writers;
}

/* Is the path of this end bound to a job? Returns 1, 0 or -errno. */
static int is_bound(struct space *space, const struct end *end)
{
	_cleanup_job_record_ struct job_record job = {0};
	_cleanup_free_ char *path = NULL;
	int r = node_path_of(end->parent, end->name, &path);

	if (r == 0)
		r = submit_find(space->engine, path, &job);
	if (r == -ENOENT)
		return 0;
	return r < 0 ? r : job.job_id != NULL;
}

/* Does the rename put new content under a job file name, so that it is a commit? A scratch file is
 * new content unless it is empty; a job file only if the target's path has a job. Returns 1, 0 or
 * -errno. */
static int rename_wants_commit(struct space *space, const struct renaming *renaming)
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

/*
 * Refuses some exchanges of a directory with something else, if both have a job file name. The row
 * of a file goes with the file. But the directory's name may still keep a row from an earlier file.
 * This row belongs to no file that exists, and may be another user's: it can neither go with the
 * directory nor stay. And a FIFO, a link or a device has no row of its own, and would get the row
 * that its new name keeps. Returns 0 if the exchange may be made, -EINVAL or another -errno.
 */
static int check_exchange(struct space *space, const struct renaming *renaming)
{
	const struct end *from = &renaming->from, *to = &renaming->to;
	const struct end *directory = S_ISDIR(from->st.st_mode) ? from : to;
	const struct end *other = directory == from ? to : from;
	_cleanup_job_record_ struct job_record job = {0};
	_cleanup_free_ char *path = NULL;
	int r;

	if (!(renaming->flags & RENAME_EXCHANGE) || !to->exists || !from->is_job || !to->is_job ||
	    S_ISDIR(from->st.st_mode) == S_ISDIR(to->st.st_mode))
		return 0;
	if (!S_ISREG(other->st.st_mode))
		return -EINVAL;
	r = node_path_of(directory->parent, directory->name, &path);
	if (r == 0)
		r = submit_find(space->engine, path, &job);
	return r == -ENOENT ? 0 : r < 0 ? r : -EINVAL;
}

static int check_names(struct space *space, fuse_req_t req, const struct renaming *renaming,
		       const struct node *from_node)
{
	const struct end *from = &renaming->from, *to = &renaming->to;
	int r;

	if (renaming->flags & ~(unsigned)(RENAME_NOREPLACE | RENAME_EXCHANGE))
		return -EINVAL;
	if (job_name_sibling(space, from->parent, from->name, NULL))
		return -EPERM;
	r = name_check_new(req, to->parent, to->name);
	if (r < 0)
		return r;
	if (!from->exists)
		return -ENOENT;
	if (to->exists && (renaming->flags & RENAME_NOREPLACE))
		return -EEXIST;
	/* one file must not have two job names: a link of a job file is refused too */
	if (to->is_job && !from->is_job && from_node && node_job_name(space, from_node))
		return -EPERM;
	/* refuse an exchange of scratch content with a job file: we cannot know which of the two
	 * contents the user means to submit */
	if ((renaming->flags & RENAME_EXCHANGE) && to->exists && from->is_job != to->is_job &&
	    (S_ISREG(from->st.st_mode) || S_ISREG(to->st.st_mode)))
		return -EINVAL;
	return check_exchange(space, renaming);
}

/* The head of the data of a rename that waits for an import. Its old and its new name follow, each
 * with a NUL. */
struct waiting_for_import {
	fuse_ino_t parent, to_parent;
	unsigned flags;
};

static void rename_again(fuse_req_t req, struct node *node, void *data)
{
	const struct waiting_for_import *waiting = data;
	const char *name = (const char *)(waiting + 1);

	(void)node;
	op_rename(req, waiting->parent, name, waiting->to_parent, name + strlen(name) + 1,
		  waiting->flags);
}

/* An import is a job that no path of the ledger has, shown as a file. If the file at this end is an
 * import, begins to edit the import, because the rename replaces it or moves it away. Returns true
 * if the request was answered, or waits and goes on with rename_again(). False: go on. */
static bool edit_import_end(fuse_req_t req, const struct renaming *renaming, const struct end *end)
{
	struct nodes *nodes = &space_of(req)->nodes;
	const struct end *from = &renaming->from, *to = &renaming->to;
	const struct waiting_for_import waiting = {.parent = node_id(nodes, from->parent),
						   .to_parent = node_id(nodes, to->parent),
						   .flags = renaming->flags};
	struct node *node = node_known(nodes, end->parent, end->name);
	_cleanup_buf_ struct buf data = {0};

	if (!import_is(space_of(req), end->parent, end->name))
		return false;
	if (!node) { /* the kernel does not know the import yet: ESTALE makes it look the name up */
		reply(req, -ESTALE);
		return true;
	}
	buf_append(&data, &waiting, sizeof(waiting));
	buf_append(&data, from->name, strlen(from->name) + 1);
	buf_append(&data, to->name, strlen(to->name) + 1);
	if (data.error) {
		reply(req, -ENOMEM);
		return true;
	}
	return import_edit(req, node, data.data, data.size, rename_again);
}

static bool edit_import_ends(fuse_req_t req, const struct renaming *renaming)
{
	const struct end *from = &renaming->from, *to = &renaming->to;

	return edit_import_end(req, renaming, from) ||
	       (to->exists && to->st.st_ino != from->st.st_ino &&
		edit_import_end(req, renaming, to));
}

/* Renames a file with new content to a job file name: checks the content, submits it, and
 * then renames. Answers req: with an error and no rename if the content is refused. */
static void rename_new_content(struct space *space, fuse_req_t req, const struct renaming *renaming)
{
	const struct end *from = &renaming->from;
	const struct end *to = &renaming->to;
	const struct location location = {
		.dirfd = node_dirfd(&space->nodes, from->parent), .name = from->name, .fd = -1};
	int r;

	if (!to->exists)
		unmade_mark(space, to->parent, to->name, &from->st);
	r = rename_check_spoiled(space, req, renaming,
				 node_known(&space->nodes, from->parent, from->name));

	if (r == 0)
		r = rename_check_whole(space, req, renaming);
	if (r == 0)
		r = rename_check_half(space, req, renaming, &location);
	if (r < 0)
		reply_recorded(space, req, r);
	else
		rename_after_commit(space, req, renaming, &location, NULL);
}

/* Is a directory empty? If it cannot be read, the answer is yes, and the rename itself decides. */
static bool is_end_empty(struct space *space, const struct end *end)
{
	int fd = openat(node_dirfd(&space->nodes, end->parent), end->name,
			O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	bool is_empty = true;

	if (!dir) {
		if (fd >= 0)
			close(fd);
		return true;
	}
	while (is_empty && (entry = readdir(dir)))
		is_empty = !strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..");
	closedir(dir);
	return is_empty;
}

/* Decides which rows of the ledger the files get under their new names (claim.h). Returns 0 or
 * -errno; after an error the rename must not be made. */
static int claim_ends(struct space *space, fuse_req_t req, const struct renaming *renaming)
{
	const struct end *from = &renaming->from, *to = &renaming->to;
	int r;

	if (to->exists && to->st.st_ino == from->st.st_ino)
		return 0;
	if (renaming->flags & RENAME_EXCHANGE) {
		if (!to->exists)
			return -ENOENT;
		r = claim_yield(space, req, to->parent, to->name, &to->st);
		return r < 0 ? r : claim_yield(space, req, from->parent, from->name, &from->st);
	}
	if (S_ISDIR(from->st.st_mode) && to->exists && !is_end_empty(space, to))
		/* the rename would fail: so set no row aside for it */
		return -ENOTEMPTY;
	if (S_ISDIR(from->st.st_mode))
		return claim_tree(space, req, from->parent, from->name, to->parent, to->name);
	return claim_name(space, req, to->parent, to->name, &from->st, renaming_replaced(renaming));
}

/* If the target's name is free and the source is a regular file without a job and without an
 * unfinished submission, gives the target's name its job back. This is for a job that was moved
 * away a moment ago (backup.c). Returns 0 or -errno. */
static int take_name(struct space *space, fuse_req_t req, struct renaming *renaming)
{
	_cleanup_job_record_ struct job_record job = {0};
	const struct end *from = &renaming->from;
	struct end *to = &renaming->to;
	int r = -ENOENT;

	if (to->exists || !S_ISREG(from->st.st_mode))
		return 0;
	if (from->is_job)
		r = claim_find(space, from->parent, from->name, &from->st, &job);
	if ((r < 0 && r != -ENOENT && r != -ENAMETOOLONG) || job.job_id ||
	    job_state_is_unfinished(job.state))
		return job.row ? 0 : r;
	r = backup_give_back(space, req, to->parent, to->name);
	/* r > 0: the name has got its job back; then even an ignored name is a job file name */
	to->is_job |= r > 0;
	return r < 0 ? r : 0;
}

/* Can this rename move rows of the ledger? A quick check of the two ends' types and names. If true,
 * takes_row() decides. */
static bool may_take_rows(const struct renaming *renaming)
{
	const struct end *from = &renaming->from, *to = &renaming->to;

	return S_ISDIR(from->st.st_mode) || (to->exists && S_ISDIR(to->st.st_mode)) ||
	       (from->is_job && to->is_job);
}

/* Does this rename move rows of the ledger? Yes if it moves a directory. Yes if it gives a job file
 * that has a row another job file name. Yes if it exchanges two job file names, one of them a
 * regular file. *ret_row is set only for a rename, and no exchange, of a job file that has a row
 * and is no backup. Returns 1, 0 or -errno. */
static int takes_row(struct space *space, const struct renaming *renaming, int64_t *ret_row)
{
	_cleanup_job_record_ struct job_record job = {0};
	const struct end *from = &renaming->from;
	int r;

	if (S_ISDIR(from->st.st_mode) ||
	    ((renaming->flags & RENAME_EXCHANGE) && S_ISDIR(renaming->to.st.st_mode)))
		return 1;
	if (!from->is_job || !renaming->to.is_job)
		return 0;
	/* in an exchange the rows of two regular files change places. Without a regular file there
	 * is no row to move, and each name keeps what it has */
	if (renaming->flags & RENAME_EXCHANGE)
		return S_ISREG(from->st.st_mode) || S_ISREG(renaming->to.st.st_mode);
	r = claim_find(space, from->parent, from->name, &from->st, &job);
	if (r == 0 && !job.backup)
		*ret_row = job.row;
	return r == -ENOENT ? 0 : r < 0 ? r : 1;
}

/* Carries out a rename that puts no new content under a job file name. Answers req. */
static void rename_now(struct space *space, fuse_req_t req, const struct renaming *renaming)
{
	const struct end *from = &renaming->from;
	const bool is_exchange = renaming->flags & RENAME_EXCHANGE;
	int64_t row = 0;
	int r, takes = takes_row(space, renaming, &row);

	if (takes == 0 && !is_exchange)
		claim_part(space, from->parent, from->name);
	if (takes > 0) {
		rename_bound(space, req, renaming, row);
		return;
	}
	r = takes < 0 ? takes : rename_spool(space, renaming);
	if (r == 0 && !is_exchange)
		backup_left(space, from->parent, from->name);
	if (r == 0 && !is_exchange && from->is_job && S_ISREG(from->st.st_mode))
		moved_away_note(space, req, from->parent, from->name, from->st.st_ino);
	reply(req, r);
}

void op_rename(fuse_req_t req, fuse_ino_t parent_id, const char *name, fuse_ino_t to_parent_id,
	       const char *to_name, unsigned int flags)
{
	struct space *space = space_of(req);
	struct renaming renaming = {.flags = flags, .user = fuse_req_ctx(req)->uid};
	const struct end *from = &renaming.from;
	struct node *parent = node_of(&space->nodes, parent_id);
	struct node *to_parent = node_of(&space->nodes, to_parent_id);
	int r = control_owns(parent, name) || control_owns(to_parent, to_name) ? -EPERM : 0;

	if (r == 0)
		r = end_look(space, to_parent, to_name, &renaming.to);
	if (r == 0)
		r = end_look(space, parent, name, &renaming.from);
	if (r == 0)
		r = check_names(space, req, &renaming,
				node_known(&space->nodes, from->parent, name));
	if (r == 0 && edit_import_ends(req, &renaming))
		return;
	if (r == 0 && may_take_rows(&renaming) && moving_is_in_the_way(space, &renaming)) {
		moving_wait(space, req, &renaming, op_rename);
		return;
	}
	if (r == 0)
		r = take_name(space, req, &renaming);
	if (r == 0)
		r = claim_ends(space, req, &renaming);
	if (r == 0 && renaming.to.exists && S_ISDIR(renaming.to.st.st_mode))
		renaming.ended = unmade_whose(space, req, &renaming.to.st);
	if (r == 0)
		r = rename_wants_commit(space, &renaming);
	if (r > 0) {
		rename_new_content(space, req, &renaming);
		return;
	}
	if (r == 0)
		rename_now(space, req, &renaming);
	else
		reply_recorded(space, req, r);
}
