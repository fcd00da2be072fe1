/* SPDX-License-Identifier: MIT */
/*
 * An import is a job that no path of the ledger has, shown as a file. With the mount option
 * jobs=read nobody changes an import. The kernel refuses all users but root, because the mode has
 * no write bit. cocfs refuses root too: otherwise programs that root runs (git, rsync, an editor)
 * would change other users' jobs by accident. Removing an import is allowed: the job stays on the
 * service, and is not shown again.
 *
 * With jobs=all the first edit binds the path to the job. An edit is an open for writing, a change
 * of the size or of an attribute, or a rename of the file or onto the file. The content is fetched
 * before the edit, so the edit is an update of the version that was fetched. From then on
 * the file is a job file like any other. A crash after the binding leaves a bound file with the
 * service's text.
 *
 * When a rename replaces a file, the kernel does not check the permissions of that file. So cocfs
 * refuses a user who may not write the import (EACCES): nobody gets a job by a rename.
 *
 * Many tools remove a file before they write it anew: mv from another file system, install, tar,
 * git. So if a user makes a file of a removed import's name, the name is bound to the job. The
 * content must have been fetched. Otherwise, and with jobs=read, the name remembers the job
 * (submit/adoption.c). The removal itself binds nothing. For example, rsync --delete removes a file
 * here that its source has in another directory: then the file in that directory takes the job.
 */
#define _GNU_SOURCE
#include "space/import_edit.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "space/adopter.h"
#include "space/claim_row.h"
#include "space/import.h"
#include "space/import_reading.h"
#include "space/location.h"
#include "space/placeholder_maker.h"
#include "space/root_names.h"
#include "space/pending_reply.h"
#include "submit/imports.h"

/* Refuses a change of an import, and records the refusal as its .error if it has none. Returns
 * -EPERM, or another -errno if the refusal cannot be recorded. */
static int refuse_edit(struct space *space, const struct import_record *import)
{
	_cleanup_free_ char *story = NULL;
	struct err err;
	int r;

	err_set(&err, EPERM, IMPORT_IS_READ_ONLY);
	err_detail(&err, "job", "%s", import->job_id);
	err_detail(&err, "what_to_do", "mount with jobs=all to change such jobs");
	log_message(import->error ? LOG_LEVEL_INFO : LOG_LEVEL_WARNING,
		    "%s: %s: mount with jobs=all", import->name, err.text);
	if (import->error)
		return -EPERM;
	story = err_story(&err);
	r = story ? imports_tell(space->engine, import, story) : -ENOMEM;
	return r < 0 ? r : -EPERM;
}

/* Gives an import's file in the spool the mode import_mode(), before the file becomes a job file.
 * *ret_st: its attributes after that. Returns 0; -ESTALE: the name has no regular file any more; or
 * another -errno. */
static int settle_mode(struct space *space, const char *name, struct stat *ret_st)
{
	const struct location location = {.dirfd = space->nodes.root.fd, .name = name, .fd = -1};
	int r = location_stat(&location, ret_st);

	if (r == 0 && !S_ISREG(ret_st->st_mode))
		r = -ESTALE;
	if (r == 0 && fchmodat(location.dirfd, name, import_mode(space), 0) < 0)
		r = -errno;
	return r == 0 ? location_stat(&location, ret_st) : r;
}

/* Binds the path of an import to its job. The import must have a file; for a removed one there is
 * bind_removed(). Returns 0 or -errno. */
static int bind_import(struct space *space, const struct import_record *import)
{
	struct owner owner = {0};
	struct stat st;
	int64_t row;
	int r = settle_mode(space, import->name, &st);

	if (r == 0)
		r = access_of_directory(space, &space->nodes.root, &owner.directory);
	if (r < 0)
		return r;
	owner.file = access_of(&st);
	r = imports_bind(space->engine, import, &owner, &row);
	if (r == 0)
		import_reading_bound(space, import->job_id, row);
	return r;
}

/* The head of the data that fetch_and_edit() gives to import_await(). The data of the request
 * follow at offset sizeof(max_align_t). */
struct editing {
	request_again_fn *again;
};

/* Goes on with a request that edits an import, when the import's text was fetched. Binds the path
 * to the job, and begins the request anew with its data. If the node is no import any more, binds
 * nothing and begins the request anew. If the ledger cannot be read, or the binding not be
 * recorded, answers req with the error. */
static void edit_fetched(fuse_req_t req, struct node *node, void *data)
{
	struct space *space = space_of(req);
	const struct editing *editing = data;
	_cleanup_import_record_ struct import_record import = {0};
	int r = import_find_node(space, node, &import);

	if (r == 0)
		r = bind_import(space, &import);
	if (r < 0 && r != -ENOENT)
		reply(req, r);
	else
		editing->again(req, node, (char *)data + sizeof(max_align_t));
}

/* Makes a request that edits an import wait until the import's text is fetched. Then edit_fetched()
 * goes on with a copy of data. If the text is there already, calls edit_fetched() itself. If memory
 * is short, answers req with ENOMEM. */
static void fetch_and_edit(fuse_req_t req, struct node *node, const void *data, size_t size,
			   request_again_fn *again)
{
	const struct editing editing = {.again = again};
	_cleanup_free_ char *copy = malloc(sizeof(max_align_t) + size);

	if (!copy) {
		reply(req, -ENOMEM);
		return;
	}
	memcpy(copy, &editing, sizeof(editing));
	memcpy(copy + sizeof(max_align_t), data, size);
	if (!import_await(req, node, copy, sizeof(max_align_t) + size, edit_fetched))
		edit_fetched(req, node, copy);
}

bool import_edit(fuse_req_t req, struct node *node, const void *data, size_t size,
		 request_again_fn *again)
{
	struct space *space = space_of(req);
	_cleanup_import_record_ struct import_record import = {0};
	int r = import_find_node(space, node, &import);

	if (r == -ENOENT)
		return false;
	if (r == 0 && imports_shown(space->engine) == JOBS_ALL &&
	    !adopter_may_take(space, req, space->uid)) {
		reply(req, -EACCES);
		return true;
	}
	if (r == 0 && imports_shown(space->engine) == JOBS_ALL) {
		fetch_and_edit(req, node, data, size, again);
		return true;
	}
	reply_recorded(space, req, r < 0 ? r : refuse_edit(space, &import));
	return true;
}

int import_tell(struct space *space, const struct node *parent, const char *name,
		const struct err *err)
{
	_cleanup_import_record_ struct import_record import = {0};
	_cleanup_free_ char *story = NULL;
	int r = import_find(space, parent, name, &import);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	log_err(LOG_LEVEL_WARNING, name, import.job_id, err);
	story = err_story(err);
	r = story ? imports_tell(space->engine, &import, story) : -ENOMEM;
	return r < 0 ? r : 1;
}

/* Binds the name of a removed import, which has no file, to its job, if jobs=all and the user may
 * write the import. Returns 0, also if nothing was bound, or -errno. */
static int bind_removed(struct space *space, fuse_req_t req, const char *name)
{
	_cleanup_import_record_ struct import_record import = {0};
	struct owner owner = {
		.file = {.uid = space->uid, .gid = space->gid, .mode = import_mode(space)}};
	int64_t row;
	int r = imports_shown(space->engine) == JOBS_ALL
			? imports_find_removed(space->engine, name, &import)
			: -ENOENT;

	if (r == 0 && !adopter_may_take(space, req, space->uid))
		r = -ENOENT;
	if (r == 0)
		r = access_of_directory(space, &space->nodes.root, &owner.directory);
	if (r == 0)
		r = imports_bind(space->engine, &import, &owner, &row);
	if (r == 0)
		import_reading_bound(space, import.job_id, row);
	/* save now: after a crash the user's file must not have the name of an import */
	if (r == 0)
		r = submit_save(space->engine);
	return r == -ENOENT ? 0 : r;
}

int import_make_way(struct space *space, fuse_req_t req, const struct node *parent,
		    const char *name)
{
	const struct location location = {.dirfd = space->nodes.root.fd, .name = name, .fd = -1};
	struct stat st;
	int r;

	if (parent != &space->nodes.root || !name_is_job(name))
		return 0;
	root_names_forget(space);
	placeholder_maker_make_way(space->placeholders);
	r = location_stat(&location, &st);
	if (r != -ENOENT)
		return 0;
	r = bind_removed(space, req, name);
	return r < 0 ? r : imports_give_name(space->engine, name);
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
