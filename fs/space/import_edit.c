/* SPDX-License-Identifier: MIT */
/*
 * With jobs=read nobody changes an import. The mode says so to all users but root. cocfs refuses
 * root too: git, rsync and editors of root's would else change jobs of others by accident. To
 * remove an import is allowed: the job stays, and is not shown again.
 */
#define _GNU_SOURCE
#include "space/import_edit.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "space/import.h"
#include "space/location.h"
#include "submit/imports.h"

/* Refuses to change an import. Returns -EPERM, or another -errno when it cannot be recorded. */
static int refuse_edit(struct space *space, const struct import_record *import)
{
	_cleanup_free_ char *story = NULL;
	struct err err;
	int r;

	err_set(&err, EPERM,
		"this job of the service was not written in this space, and is read-only here");
	err_detail(&err, "job", "%s", import->job_id);
	err_detail(&err, "what_to_do",
		   "mount with jobs=all to change such jobs; or copy the file "
		   "to another name, which makes another job");
	log_message(import->error ? LOG_LEVEL_INFO : LOG_LEVEL_WARNING,
		    "%s: %s: mount with jobs=all", import->name, err.text);
	if (import->error)
		return -EPERM;
	story = err_story(&err);
	r = story ? imports_tell(space->engine, import, story) : -ENOMEM;
	return r < 0 ? r : -EPERM;
}

int import_check_edit(struct space *space, const struct node *parent, const char *name)
{
	_cleanup_import_record_ struct import_record import = {0};
	int r = import_find(space, parent, name, &import);

	return r == -ENOENT ? 0 : r < 0 ? r : refuse_edit(space, &import);
}

int import_check_edit_node(struct space *space, const struct node *node)
{
	const struct name *link = &node->link;

	return node->is_regular && link->parent ? import_check_edit(space, link->parent, link->name)
						: 0;
}

int import_make_way(struct space *space, const struct node *parent, const char *name)
{
	const struct location location = {.dirfd = space->nodes.root.fd, .name = name, .fd = -1};
	struct stat st;
	int r;

	if (parent != &space->nodes.root || !name_is_job(name))
		return 0;
	r = location_stat(&location, &st);
	if (r != -ENOENT)
		return 0;
	return imports_give_name(space->engine, name);
}

int import_removed(struct space *space, const struct node *parent, const char *name)
{
	_cleanup_import_record_ struct import_record import = {0};
	int r = import_find(space, parent, name, &import);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	log_info("%s: the job %s stays, and is not shown again", name, import.job_id);
	return imports_hide(space->engine, &import);
}

int import_dismiss(struct space *space, const struct node *parent, const char *name)
{
	_cleanup_import_record_ struct import_record import = {0};
	int r = import_find(space, parent, name, &import);

	if (r == 0 && !import.error)
		r = -ENOENT;
	return r < 0 ? r : imports_tell(space->engine, &import, NULL);
}
