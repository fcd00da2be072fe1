/* SPDX-License-Identifier: MIT */
/*
 * An import is a file of the root that only cocfs writes to. The mount options say which owner and
 * mode the mount shows for it; owner and mode in the spool do not count. So a mount with other
 * options (jobs=read, allow_other) need not change the files in the spool. An import belongs to the
 * user who mounts. On a mount of many users no other user may read it unless umask= says so. The
 * reason: imports are fetched with the keys of the user who mounts, and these keys may open jobs
 * that other users must not read.
 */
#define _GNU_SOURCE
#include "space/import.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "space/timeouts.h"
#include "submit/imports.h"

#define MODE 0644
#define MODE_AMONG_USERS 0600

/* Can this name in this directory be an import's? Yes, if the directory is the root, the name is a
 * job file name, and the space has imports at all. This check asks no ledger. */
static bool may_be_import(const struct space *space, const struct node *parent, const char *name)
{
	return parent == &space->nodes.root && imports_any(space->engine) && name_is_job(name);
}

int import_find(struct space *space, const struct node *parent, const char *name,
		struct import_record *ret_import)
{
	return may_be_import(space, parent, name) ? imports_find(space->engine, name, ret_import)
						  : -ENOENT;
}

bool import_is(struct space *space, const struct node *parent, const char *name)
{
	struct import_glance glance;

	return may_be_import(space, parent, name) &&
	       imports_glance(space->engine, name, &glance) != -ENOENT;
}

bool import_is_node(struct space *space, const struct node *node)
{
	const struct name *link = &node->link;

	return node->is_regular && link->parent && import_is(space, link->parent, link->name);
}

int import_find_node(struct space *space, const struct node *node, struct import_record *ret_import)
{
	const struct name *link = &node->link;

	return node->is_regular && link->parent
		       ? import_find(space, link->parent, link->name, ret_import)
		       : -ENOENT;
}

mode_t import_mode(const struct space *space)
{
	return space->options->one_user ? MODE : MODE_AMONG_USERS;
}

void import_show(const struct space *space, struct stat *st)
{
	st->st_uid = space->uid;
	st->st_gid = space->gid;
	st->st_mode = S_IFREG | import_mode(space);
	view_apply(&space->options->view, st);
	st->st_mode &= imports_shown(space->engine) == JOBS_READ ? S_IFREG | 0444 : S_IFREG | 0666;
}

int import_view(struct space *space, const struct node *parent, const char *name, struct stat *st,
		bool *ret_due)
{
	_cleanup_import_record_ struct import_record import = {0};
	int r = S_ISREG(st->st_mode) ? import_find(space, parent, name, &import) : -ENOENT;

	*ret_due = false;
	if (r == -ENOENT) {
		view_apply(&space->options->view, st);
		return 0;
	}
	if (r == 0)
		r = imports_is_due(space->engine, &import);
	if (r < 0)
		return r;
	import_show(space, st);
	*ret_due = r;
	return 0;
}

bool import_is_due(struct space *space, const struct node *parent, const char *name)
{
	_cleanup_import_record_ struct import_record import = {0};
	int r = import_find(space, parent, name, &import);

	return r != -ENOENT && (r < 0 || imports_is_due(space->engine, &import) != 0);
}

bool import_is_unlisted(struct space *space, const struct node *parent, const char *name)
{
	return !imports_are_whole(space->engine) && import_is(space, parent, name);
}

double import_name_timeout_s(const struct space *space, const struct node *parent, const char *name,
			     bool is_there)
{
	double refresh_s = (double)space->options->refresh_ms / 1000;

	if (imports_shown(space->engine) == JOBS_OWN || parent != &space->nodes.root ||
	    !name_is_job(name))
		return SPOOL_TIMEOUT_S;
	if (!is_there)
		return 0;
	return refresh_s < SPOOL_TIMEOUT_S ? refresh_s : SPOOL_TIMEOUT_S;
}

/* ---- what the ledger has for a path: a row, or an import ---- */

/* The holding that a row of an import would have: the user who mounts owns it. */
static struct holding holding_of_import(const struct space *space)
{
	return (struct holding){
		.owner.file = {.uid = space->uid, .gid = space->gid, .mode = import_mode(space)},
		.owner.directory = {.uid = space->uid, .gid = space->gid, .mode = 0700}};
}

/* May the path be an import's? found: what the search for the path's row returned. Yes, if there is
 * no row (-ENOENT) and the path is in the root. A path with a row is a user's file, even if the row
 * has no job. */
static bool is_import_path(const char *path, int found)
{
	return found == -ENOENT && !strchr(path, '/');
}

int import_glance_path(struct space *space, const char *path, struct job_glance *ret_seen,
		       bool *ret_is_import)
{
	struct import_glance glance;
	int r = submit_glance(space->engine, path, ret_seen);

	*ret_is_import = is_import_path(path, r);
	if (!*ret_is_import)
		return r;
	r = imports_glance(space->engine, path, &glance);
	if (r == 0)
		*ret_seen = (struct job_glance){.id_size = glance.id_size,
						.error_size = glance.error_size,
						.changed_ms = glance.changed_ms,
						.holding = holding_of_import(space)};
	return r;
}

int import_find_path(struct space *space, const char *path, struct job_record *ret_job)
{
	_cleanup_import_record_ struct import_record import = {0};
	int r = submit_find(space->engine, path, ret_job);

	if (!is_import_path(path, r))
		return r;
	r = imports_find(space->engine, path, &import);
	if (r < 0)
		return r;
	*ret_job = (struct job_record){
		.state = JOB_SUBMITTED,
		.job_id = steal_ptr(import.job_id),
		.version = import_newest(&import),
		.base = import.version,
		.error = steal_ptr(import.error),
		.held = import.attrs,
		.holding = holding_of_import(space),
	};
	import.attrs = (struct attr_set){0};
	return 0;
}
