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
#include "space/job_name.h"
#include "space/location.h"
#include "space/path.h"
#include "space/text.h"
#include "space/timeouts.h"

#define LEFT_MODE 0400 /* the mode of a sibling whose job file is gone */

int sibling_job_path(const struct node *parent, const char *name, enum sibling sibling,
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
	/* no row, or a path that is too long to have one: there are no siblings */
	if (r < 0 && r != -ENOENT && r != -ENAMETOOLONG)
		return r;
	*ret_seen = seen;
	return 0;
}

bool sibling_stat_job(struct space *space, struct node *parent, const char *name,
		      enum sibling sibling, struct stat *ret_st)
{
	char job[NAME_MAX + 1];
	struct location location = {.name = job, .fd = -1};
	int length = (int)(strlen(name) - strlen(sibling_suffix(sibling)));

	location.dirfd = node_dirfd(&space->nodes, parent);
	return location.dirfd >= 0 && snprintf(job, sizeof(job), "%.*s", length, name) >= 0 &&
	       location_stat(&location, ret_st) == 0;
}

/* What is known of one sibling: the row that it shows, and the job file beside it if there is
 * one. */
struct beside {
	struct job_glance seen;
	struct stat job;
	bool has_job;
	bool is_deleted; /* a deleted sibling: the ledger has no row (deleted_siblings.h) */
};

/* Is there a job file beside the sibling, and does the row belong to the user of that file (as its
 * owner or as the heir)? On a mount of one user any file counts. */
static bool has_own_file(const struct space *space, const struct beside *beside)
{
	if (space->options->one_user)
		return beside->has_job;
	return beside->has_job && S_ISREG(beside->job.st_mode) &&
	       holding_is_of(&beside->seen.holding, beside->job.st_uid);
}

/*
 * Finds the owner and the mode of a sibling, which say who may read it: the readers of its job
 * file. If no file of the row's owner or heir is beside the sibling: only the row's owner, or on a
 * mount of one user that user. If the file beside it is the heir's, the .error may be the story of
 * the former owner's file. Then the .error belongs to the former owner, and the heir may read it
 * only if the heir could read the former owner's file. All other users are kept from such a story
 * by check_reader().
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

/* Returns the attributes of a sibling, as the mount shows them. */
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

/* Returns the owner and mode that are kept of a deleted sibling; NULL: this name is no deleted
 * sibling. If its job file exists again, the deleted sibling is forgotten, and NULL is returned. */
static const struct access *find_deleted_sibling(struct space *space, struct node *parent,
						 const char *name, enum sibling sibling)
{
	_cleanup_free_ char *path = NULL;
	const struct access *owner;
	struct stat st;

	if (!space->deleted_siblings.n || node_path_of(parent, name, &path) < 0)
		return NULL;
	owner = deleted_sibling_find(&space->deleted_siblings, path);
	if (!owner || !sibling_stat_job(space, parent, name, sibling, &st))
		return owner;
	deleted_sibling_remove(&space->deleted_siblings, path);
	return NULL;
}

/* Finds the row of a sibling, and its job file if there is one. Returns 0, -ENOENT (there is no
 * such sibling) or another -errno. */
static int look_beside(struct space *space, struct node *parent, const char *name,
		       enum sibling sibling, struct beside *ret_beside)
{
	_cleanup_free_ char *path = NULL;
	struct beside beside = {0};
	bool is_import = false;
	int r = sibling_job_path(parent, name, sibling, &path);

	if (r == 0)
		r = import_glance_path(space, path, &beside.seen, &is_import);
	if (r < 0 && r != -ENOENT)
		return r;
	if (!sibling_size(&beside.seen, sibling)) {
		const struct access *deleted = find_deleted_sibling(space, parent, name, sibling);

		if (!deleted)
			return -ENOENT;
		beside.seen.holding.owner.file = *deleted;
		beside.is_deleted = true;
	}
	beside.has_job = sibling_stat_job(space, parent, name, sibling, &beside.job);
	if (is_import && beside.has_job)
		import_show(space, &beside.job);
	*ret_beside = beside;
	return 0;
}

/* Was the sibling of this node found gone within the last SIBLING_UNSETTLED_MS (gone_ms)? Then let
 * the kernel keep neither its name nor its attributes: the sibling may come and go again. */
static bool is_unsettled(const struct space *space, const struct node *node)
{
	return node->gone_ms &&
	       (uint32_t)loop_now_ms(space->loop) - node->gone_ms < SIBLING_UNSETTLED_MS;
}

/* May the kernel keep the name or the attributes of a sibling? Not of a deleted sibling, which
 * changes without a report. Not of a sibling that was gone a moment ago. Not of a sibling that a
 * process has removed a moment ago: this process must not see it (removals.h). Not beside an
 * ignored name: the sibling exists only as long as the name has a job. And not if the cache is
 * off. */
static bool may_keep(struct space *space, const struct node *node, const struct beside *beside)
{
	const char *name = node->link.name;
	int length = (int)(strlen(name) - strlen(sibling_suffix((enum sibling)node->sibling)));
	char job[NAME_MAX + 1];

	if (space->siblings.is_off || beside->is_deleted || is_unsettled(space, node) ||
	    snprintf(job, sizeof(job), "%.*s", length, name) < 0)
		return false;
	return !ignore_matches(space->options->ignore, job) &&
	       !removals_has(&space->removals, sibling_ino(node->link.parent, name),
			     loop_now_ms(space->loop));
}

/* Sets in entry how long the kernel keeps the sibling's name and attributes, and notes what the
 * kernel keeps. sibling_cache.c says why: the kernel may keep both only from an answer to a trusted
 * listing. */
static void set_timeouts(struct space *space, struct node *node, bool may_keep,
			 const struct sibling_telling *telling, struct fuse_entry_param *entry)
{
	struct sibling_answer *answer = may_keep ? telling->answer : NULL;
	/* not at the first lookup: then the kernel gets the attributes with the name (LOOKED_UP_S),
	 * so that a stat(2) needs no second request */
	const bool keeps_name = may_keep && (telling->is_listing || node->lookups > 1);

	if (answer && answer->n == SIBLING_ANSWER_MAX)
		answer = NULL;
	entry->entry_timeout = keeps_name ? SPOOL_TIMEOUT_S : UNKEPT_TIMEOUT_S;
	entry->attr_timeout = answer	   ? SPOOL_TIMEOUT_S
			      : keeps_name ? UNKEPT_TIMEOUT_S
					   : LOOKED_UP_S;
	node->is_named |= keeps_name;
	if (answer || !keeps_name)
		sibling_cache_told(space, node, answer);
}

/* Enters the node of a sibling and fills the answer. Returns 0 or -ENOMEM. */
static int enter_sibling(struct space *space, struct node *parent, const char *name,
			 enum sibling sibling, const struct beside *beside,
			 const struct sibling_telling *telling, struct fuse_entry_param *ret_entry)
{
	struct node *node;
	int r = node_enter_sibling(&space->nodes, parent, name, sibling, &node);

	if (r < 0)
		return r;
	*ret_entry = (struct fuse_entry_param){
		.ino = node_id(&space->nodes, node),
		.attr = show_sibling(space, parent, name, sibling, beside)};
	ret_entry->attr.st_ino = node->ino;
	set_timeouts(space, node, may_keep(space, node, beside), telling, ret_entry);
	return 0;
}

int sibling_fill(struct space *space, struct node *parent, const char *name, enum sibling sibling,
		 const struct sibling_telling *telling, struct fuse_entry_param *ret_entry)
{
	struct beside beside;
	int r = look_beside(space, parent, name, sibling, &beside);

	return r < 0 ? r : enter_sibling(space, parent, name, sibling, &beside, telling, ret_entry);
}

int sibling_fill_beside(struct space *space, struct node *parent, const char *name,
			enum sibling sibling, const struct job_glance *seen, const struct stat *job,
			const struct sibling_telling *telling, struct fuse_entry_param *ret_entry)
{
	const struct beside beside = {.seen = *seen, .job = *job, .has_job = true};

	return enter_sibling(space, parent, name, sibling, &beside, telling, ret_entry);
}

/*
 * Notes that a sibling is gone, and returns the error for the request. If the kernel keeps the
 * name, -ESTALE makes the kernel look the name up anew, once for each call of a program. Otherwise
 * the kernel has looked the name up just now, and -ENOENT is right.
 */
static int tell_gone(const struct space *space, struct node *node)
{
	const bool is_kept = node->is_named && !is_unsettled(space, node);

	node->gone_ms = (uint32_t)loop_now_ms(space->loop) | 1;
	node->is_named = false;
	return is_kept ? -ESTALE : -ENOENT;
}

/* Finds the row and the job file of a node's sibling. Returns 0 or -errno; -ESTALE or -ENOENT: the
 * sibling is gone. */
static int look_beside_node(struct space *space, struct node *node, struct beside *ret_beside)
{
	enum sibling sibling = (enum sibling)node->sibling;
	struct node *parent = node->link.parent;
	int r;

	/* this is no sibling's name any more, or the node has lost its name */
	if (!parent || job_name_sibling(space, parent, node->link.name, NULL) != sibling)
		return -ESTALE;
	r = look_beside(space, parent, node->link.name, sibling, ret_beside);
	return r == -ENOENT ? tell_gone(space, node) : r;
}

static struct stat show_node(const struct space *space, const struct node *node,
			     const struct beside *beside)
{
	struct stat st = show_sibling(space, node->link.parent, node->link.name,
				      (enum sibling)node->sibling, beside);

	st.st_ino = node->ino;
	return st;
}

int sibling_stat(struct space *space, struct node *node, struct stat *ret_st)
{
	struct beside beside;
	int r = look_beside_node(space, node, &beside);

	if (r == 0)
		*ret_st = show_node(space, node, &beside);
	return r;
}

int sibling_owner(struct space *space, struct node *parent, const char *name, enum sibling sibling,
		  uid_t *ret_uid)
{
	struct beside beside;
	int r = look_beside(space, parent, name, sibling, &beside);

	if (r == 0)
		*ret_uid = show_sibling(space, parent, name, sibling, &beside).st_uid;
	return r;
}

int sibling_get_attributes(struct space *space, struct node *node, struct stat *ret_st,
			   double *ret_timeout_s)
{
	struct beside beside;
	int r = look_beside_node(space, node, &beside);

	if (r < 0)
		return r;
	*ret_st = show_node(space, node, &beside);
	*ret_timeout_s = UNKEPT_TIMEOUT_S;
	if (may_keep(space, node, &beside)) {
		*ret_timeout_s = SPOOL_TIMEOUT_S;
		sibling_cache_told(space, node, NULL);
	}
	return 0;
}

int sibling_check(struct space *space, struct node *node)
{
	struct beside beside;

	return node->kind == NODE_SIBLING ? look_beside_node(space, node, &beside) : 0;
}

/* Appends the present text of a sibling: the job ID, or the story. A deleted sibling whose text is
 * gone has no text. Returns 0, -ENOENT (the sibling is gone) or another -errno. */
static int read_text(struct space *space, fuse_req_t req, const struct node *node, struct buf *text)
{
	enum sibling sibling = (enum sibling)node->sibling;
	_cleanup_job_record_ struct job_record job = {0};
	_cleanup_free_ char *path = NULL;
	int r;

	(void)req; /* check_reader() has checked the caller */
	if (!node->link.parent)
		return -ENOENT;
	r = sibling_job_path(node->link.parent, node->link.name, sibling, &path);
	if (r == 0)
		r = import_find_path(space, path, &job);
	if (r < 0 && r != -ENOENT)
		return r;
	if (sibling == SIBLING_ID && job.job_id)
		return buf_printf(text, "%s\n", job.job_id);
	if (sibling == SIBLING_ERROR && job.error && !job.dismissed)
		return buf_puts(text, job.error);
	return find_deleted_sibling(space, node->link.parent, node->link.name, sibling) ? 0
											: -ENOENT;
}

/* Checks that the caller may read a sibling. A master (caller.h) may always, and so may everybody
 * on a mount of one user. The kernel has checked older attributes, and read bits cannot say that a
 * story (the text of .error) is for exactly two users. Returns 0 or -errno. */
static int check_reader(struct space *space, fuse_req_t req, struct node *node)
{
	struct access access;
	struct beside beside;
	struct caller caller;
	struct stat st;
	int r = look_beside_node(space, node, &beside);

	if (r < 0)
		return r;
	caller_init(&caller, req);
	if (space->options->one_user || caller_is_master(space, &caller.person))
		return 0;
	st = show_node(space, node, &beside);
	access = access_of(&st);
	if (!access_lets(&access, caller_with_groups(&caller), 04))
		return -EACCES;
	if (node->sibling == SIBLING_ERROR && has_own_file(space, &beside) &&
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
