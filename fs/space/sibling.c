/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "space/caller.h"
#include "space/claim_row.h"
#include "space/sibling.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "space/import.h"
#include "space/import_edit.h"
#include "space/location.h"
#include "space/path.h"
#include "space/proc.h"
#include "space/text.h"
#include "space/timeouts.h"

#define LEFT_MODE 0400 /* when its job file is gone */

/* The path of the job file that a sibling's name belongs to, allocated. */
static int job_path(const struct node *parent, const char *name, enum sibling sibling,
		    char **ret_path)
{
	char *path;
	int r = node_path_of(parent, name, &path);

	if (r < 0)
		return r;
	path[strlen(path) - strlen(sibling_suffix(sibling))] = '\0';
	*ret_path = path;
	return 0;
}

uint64_t sibling_size(const struct job_glance *seen, enum sibling sibling)
{
	return sibling == SIBLING_ID ? seen->id_size : seen->error_size;
}

int sibling_glance(struct space *space, const struct node *parent, const char *job_name,
		   struct job_glance *ret_seen)
{
	struct job_glance seen = {0};
	_cleanup_free_ char *path = NULL;
	bool is_import;
	int r = node_path_of(parent, job_name, &path);

	if (r == 0)
		r = import_glance_path(space, path, &seen, &is_import);
	/* what has too long a path is not in the ledger */
	if (r < 0 && r != -ENOENT && r != -ENAMETOOLONG)
		return r;
	*ret_seen = seen;
	return 0;
}

/* Is the job file that a sibling's name belongs to in the spool? What the spool has of it. Only the
 * descriptor's place in the cache changes. */
static bool stat_job(struct space *space, struct node *parent, const char *name,
		     enum sibling sibling, struct stat *ret_st)
{
	char job[NAME_MAX + 1];
	struct location location = {.name = job, .fd = -1};
	int length = (int)(strlen(name) - strlen(sibling_suffix(sibling)));

	location.dirfd = node_dirfd(&space->nodes, parent);
	return location.dirfd >= 0 && snprintf(job, sizeof(job), "%.*s", length, name) >= 0 &&
	       location_stat(&location, ret_st) == 0;
}

/* What a sibling is beside: the row, and the job file if it is there. */
struct beside {
	struct job_glance seen;
	struct stat job;
	bool has_job;
};

/* Does the row belong to the file that is there? */
static bool has_own_file(const struct space *space, const struct beside *beside)
{
	if (space->options->one_user)
		return beside->has_job;
	return beside->has_job && S_ISREG(beside->job.st_mode) &&
	       holding_is_of(&beside->seen.holding, beside->job.st_uid);
}

/*
 * The readers of a sibling: the readers of its job file. When that is gone, the row's owner. Beside
 * a file of an heir's, the story of another user's file is that user's. It is for the heir too if
 * the heir could read that file. check_reader() sees to it that no other user reads the story.
 */
static struct access readers_of_sibling(const struct space *space, enum sibling sibling,
					const struct beside *beside)
{
	const struct holding *holding = &beside->seen.holding;
	struct access access = access_of(&beside->job);

	access = access_shown(space, &access, S_IFREG);
	if (!has_own_file(space, beside)) {
		access = holding->owner.file;
		if (space->options->one_user)
			access = (struct access){.uid = space->uid, .gid = space->gid};
		access.mode = LEFT_MODE;
	} else if (sibling == SIBLING_ERROR && !space->options->one_user &&
		   holding->owner.file.uid != beside->job.st_uid) {
		access = holding->owner.file;
		access.mode = LEFT_MODE | (access.mode & 0044);
	} else {
		access.mode &= 0444;
	}
	return access;
}

static struct stat show_sibling(const struct space *space, const struct node *parent,
				const char *name, enum sibling sibling, const struct beside *beside)
{
	const struct job_glance *seen = &beside->seen;
	struct access access = readers_of_sibling(space, sibling, beside);
	struct stat st = {
		.st_ino = sibling_ino(parent, name),
		.st_nlink = 1,
		.st_mode = S_IFREG | access.mode,
		.st_uid = access.uid,
		.st_gid = access.gid,
		.st_size = (off_t)sibling_size(seen, sibling),
		.st_blksize = 4096,
		.st_mtim = {.tv_sec = seen->changed_ms / 1000,
			    .tv_nsec = seen->changed_ms % 1000 * 1000000},
	};

	st.st_atim = st.st_ctim = st.st_mtim;
	view_apply_derived(&space->options->view, &st);
	return st;
}

/* Is it one of a job that was deleted with its file? Then whose it was. Not if there is a file of
 * that name again. */
static const struct access *find_deleted_sibling(struct space *space, struct node *parent,
						 const char *name, enum sibling sibling)
{
	_cleanup_free_ char *path = NULL;
	const struct access *owner;
	struct stat st;

	if (!space->deleted_siblings.n || node_path_of(parent, name, &path) < 0)
		return NULL;
	owner = deleted_sibling_find(&space->deleted_siblings, path);
	if (!owner || !stat_job(space, parent, name, sibling, &st))
		return owner;
	deleted_sibling_remove(&space->deleted_siblings, path);
	return NULL;
}

/* What a sibling is beside. -ENOENT: it is not there. */
static int look_beside(struct space *space, struct node *parent, const char *name,
		       enum sibling sibling, struct beside *ret_beside)
{
	_cleanup_free_ char *path = NULL;
	struct beside beside = {0};
	bool is_import = false;
	int r = job_path(parent, name, sibling, &path);

	if (r == 0)
		r = import_glance_path(space, path, &beside.seen, &is_import);
	if (r < 0 && r != -ENOENT)
		return r;
	if (!sibling_size(&beside.seen, sibling)) {
		const struct access *deleted = find_deleted_sibling(space, parent, name, sibling);

		if (!deleted)
			return -ENOENT;
		beside.seen.holding.owner.file = *deleted;
	}
	beside.has_job = stat_job(space, parent, name, sibling, &beside.job);
	if (is_import && beside.has_job)
		import_show(space, &beside.job);
	*ret_beside = beside;
	return 0;
}

/* Enters the node of a sibling with these attributes. */
static int enter_sibling(struct space *space, struct node *parent, const char *name,
			 enum sibling sibling, const struct stat *st,
			 struct fuse_entry_param *ret_entry)
{
	struct node *node;
	int r = node_enter_sibling(&space->nodes, parent, name, sibling, &node);

	if (r < 0)
		return r;
	*ret_entry = (struct fuse_entry_param){.ino = node_id(&space->nodes, node),
					       .attr = *st,
					       .attr_timeout = SIBLING_LOOKED_UP_S,
					       .entry_timeout = SIBLING_TIMEOUT_S};
	ret_entry->attr.st_ino = node->ino;
	return 0;
}

int sibling_fill(struct space *space, struct node *parent, const char *name, enum sibling sibling,
		 struct fuse_entry_param *ret_entry)
{
	struct beside beside;
	struct stat st;
	int r = look_beside(space, parent, name, sibling, &beside);

	if (r < 0)
		return r;
	st = show_sibling(space, parent, name, sibling, &beside);
	return enter_sibling(space, parent, name, sibling, &st, ret_entry);
}

int sibling_fill_beside(struct space *space, struct node *parent, const char *name,
			enum sibling sibling, const struct job_glance *seen, const struct stat *job,
			struct fuse_entry_param *ret_entry)
{
	struct beside beside = {.seen = *seen, .job = *job, .has_job = true};
	struct stat st = show_sibling(space, parent, name, sibling, &beside);

	return enter_sibling(space, parent, name, sibling, &st, ret_entry);
}

int sibling_stat(struct space *space, const struct node *node, struct stat *ret_st)
{
	enum sibling sibling = (enum sibling)node->sibling;
	struct node *parent = node->link.parent;
	struct beside beside;
	int r = parent ? look_beside(space, parent, node->link.name, sibling, &beside) : -ENOENT;

	if (r < 0)
		return r;
	*ret_st = show_sibling(space, parent, node->link.name, sibling, &beside);
	ret_st->st_ino = node->ino;
	return 0;
}

/* The text of a sibling as it is now. */
static int read_text(struct space *space, fuse_req_t req, const struct node *node, struct buf *text)
{
	enum sibling sibling = (enum sibling)node->sibling;
	_cleanup_job_record_ struct job_record job = {0};
	_cleanup_free_ char *path = NULL;
	int r;

	(void)req; /* check_reader() has asked */
	if (!node->link.parent)
		return -ENOENT;
	r = job_path(node->link.parent, node->link.name, sibling, &path);
	if (r == 0)
		r = import_find_path(space, path, &job);
	if (r < 0 && r != -ENOENT)
		return r;
	if (sibling == SIBLING_ID && job.job_id)
		return buf_printf(text, "%s\n", job.job_id);
	if (sibling == SIBLING_ERROR && job.error && !job.dismissed)
		return buf_append(text, job.error, strlen(job.error));
	return find_deleted_sibling(space, node->link.parent, node->link.name, sibling) ? 0
											: -ENOENT;
}

/* May the caller read a sibling as it is now? The kernel has asked of what it was a moment ago; and
 * the read bits cannot say that a story is for two users and for nobody else. */
static int check_reader(struct space *space, fuse_req_t req, const struct node *node)
{
	enum sibling sibling = (enum sibling)node->sibling;
	struct node *parent = node->link.parent;
	struct access access;
	struct beside beside;
	struct caller caller;
	struct stat st;
	int r;

	caller_init(&caller, req);
	if (space->options->one_user || caller_is_master(space, &caller.person))
		return 0;
	r = parent ? look_beside(space, parent, node->link.name, sibling, &beside) : -ENOENT;
	if (r < 0)
		return r;
	st = show_sibling(space, parent, node->link.name, sibling, &beside);
	access = access_of(&st);
	if (!access_lets(&access, caller_with_groups(&caller), 04))
		return -EACCES;
	if (sibling == SIBLING_ERROR && has_own_file(space, &beside) &&
	    !claim_shows_text(space, &beside.seen.holding, beside.job.st_uid, &caller))
		return -EACCES;
	return 0;
}

void sibling_open(fuse_req_t req, struct node *node, struct fuse_file_info *fi)
{
	int r = check_reader(space_of(req), req, node);

	if (r < 0)
		reply(req, r);
	else
		text_open(req, node, read_text, fi);
}

/* Removes one of a job that was deleted with its file. 0 or -ENOENT. */
static int remove_deleted_sibling(struct space *space, const struct node *parent, const char *name)
{
	_cleanup_free_ char *path = NULL;
	int r = node_path_of(parent, name, &path);

	return r < 0 ? r : deleted_sibling_remove(&space->deleted_siblings, path) ? 0 : -ENOENT;
}

/* The caller of a request, as removals.h knows it. */
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

int sibling_remove(struct space *space, fuse_req_t req, struct node *parent, const char *name,
		   enum sibling sibling)
{
	_cleanup_job_record_ struct job_record job = {0};
	_cleanup_free_ char *path = NULL;
	struct stat st;
	int r = job_path(parent, name, sibling, &path);

	if (r < 0)
		return r;
	r = import_find_path(space, path, &job);
	if (r < 0 && r != -ENOENT)
		return r;
	if (r == 0 && !claim_may_take(space, req, parent, &job.holding,
				      stat_job(space, parent, name, sibling, &st) ? &st : NULL))
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
	/* the reason is told on as long as there is something that it is about */
	if (sibling == SIBLING_ERROR && job.error && !job.dismissed)
		return submit_change(
			space->engine,
			&(struct submit_change){.kind = stat_job(space, parent, name, sibling, &st)
								? CHANGE_DISMISS
								: CHANGE_END_STORY,
						.row = job.row});
	return remove_deleted_sibling(space, parent, name);
}
