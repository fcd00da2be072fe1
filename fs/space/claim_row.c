/* SPDX-License-Identifier: MIT */
/* Rows and their files: which row is a file's, how a row follows its file, and who may take from a
 * row. */
#define _GNU_SOURCE
#include "space/caller.h"
#include "space/claim_row.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "space/job_name.h"
#include "space/location.h"
#include "space/path.h"

#define READ 04

int access_of_directory(struct space *space, struct node *directory, struct access *ret)
{
	int fd = node_dirfd(&space->nodes, directory);
	struct stat st;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return -errno;
	*ret = access_of(&st);
	return 0;
}

struct access access_shown(const struct space *space, const struct access *access, mode_t type)
{
	struct stat st = {
		.st_uid = access->uid, .st_gid = access->gid, .st_mode = type | access->mode};

	view_apply(&space->options->view, &st);
	return access_of(&st);
}

bool claim_may_inherit(const struct space *space, const struct owner *recorded,
		       const struct access *directory, struct caller *caller)
{
	const struct owner shown = {
		.file = access_shown(space, &recorded->file, S_IFREG),
		.directory = access_shown(space, &recorded->directory, S_IFDIR),
		.is_elsewhere = recorded->is_elsewhere,
	};
	const struct access now = access_shown(space, directory, S_IFDIR);

	if (caller_is_master(space, &caller->person) || caller->person.uid == recorded->file.uid)
		return true;
	return owner_may_inherit(&shown, &now, caller_with_groups(caller));
}

bool claim_is_of(const struct space *space, const struct holding *holding, uid_t file_uid)
{
	return space->options->one_user || holding_is_of(holding, file_uid);
}

int claim_find(struct space *space, const struct node *parent, const char *name,
	       const struct stat *file, struct job_record *ret_job)
{
	_cleanup_job_record_ struct job_record job = {0};
	_cleanup_free_ char *path = NULL;
	int r = node_path_of(parent, name, &path);

	if (r == 0)
		r = submit_find(space->engine, path, &job);
	if (r < 0)
		return r;
	if (!S_ISREG(file->st_mode) || !claim_is_of(space, &job.holding, file->st_uid))
		return -ENOENT;
	*ret_job = job;
	job = (struct job_record){0};
	return 0;
}

bool claim_may_read(const struct space *space, const struct holding *holding,
		    const struct person *who)
{
	const struct access recorded = access_shown(space, &holding->owner.file, S_IFREG);

	return access_lets(&recorded, who, READ);
}

bool claim_shows_text(const struct space *space, const struct holding *holding, uid_t file_uid,
		      struct caller *caller)
{
	const uid_t reader = caller->person.uid;

	return space->options->one_user || caller_is_master(space, &caller->person) ||
	       holding_shows_text(holding, file_uid, reader,
				  reader == file_uid && claim_may_read(space, holding,
								       caller_with_groups(caller)));
}

bool claim_may_take(struct space *space, fuse_req_t req, struct node *parent,
		    const struct holding *holding, const struct stat *file)
{
	struct owner recorded = holding->owner;
	struct access directory;
	struct caller caller;

	caller_init(&caller, req);
	if (space->options->one_user || caller_is_master(space, &caller.person))
		return true;
	if (access_of_directory(space, parent, &directory) < 0)
		return false;
	if (file && S_ISREG(file->st_mode) && holding_is_of(holding, file->st_uid)) {
		if (caller.person.uid == file->st_uid)
			return true;
		recorded.directory = directory; /* the row's file is in this directory now */
		recorded.is_elsewhere = false;
	}
	return claim_may_inherit(space, &recorded, &directory, &caller);
}

/* Changes the holding of a row when its file has another owner, mode or directory. before: the
 * file's former user. now: the new values. Returns false, with nothing changed, if the row does not
 * belong to the file. */
static bool follow_owner(const struct space *space, struct holding *holding, uid_t before,
			 const struct owner *now)
{
	if (space->options->one_user || holding->owner.file.uid == before) {
		*holding = (struct holding){.owner = *now};
		return true;
	}
	if (!holding->has_heir || holding->heir != before)
		return false;
	/* The file was the heir's. Record only its new user as the heir; none, if that user is the
	 * owner. The owner stays: it describes the file that was committed last. */
	holding->has_heir = now->file.uid != holding->owner.file.uid;
	holding->heir_reads = holding->heir_reads && holding->has_heir && now->file.uid == before;
	holding->heir = now->file.uid;
	return true;
}

int claim_follow(struct space *space, struct node *parent, const char *name,
		 const struct stat *before)
{
	_cleanup_job_record_ struct job_record job = {0};
	struct holding holding;
	struct location location = {.name = name, .fd = -1};
	struct owner now = {0};
	struct stat st;
	int r = S_ISREG(before->st_mode) && job_name_is(space, parent, name)
			? claim_find(space, parent, name, before, &job)
			: -ENOENT;

	if (r < 0)
		return r == -ENOENT || r == -ENAMETOOLONG ? 0 : r;
	r = access_of_directory(space, parent, &now.directory);
	if (r == 0)
		r = location.dirfd = node_dirfd(&space->nodes, parent);
	if (r >= 0)
		r = location_stat(&location, &st);
	if (r < 0)
		return r;
	now.file = access_of(&st);
	holding = job.holding;
	if (!follow_owner(space, &holding, before->st_uid, &now) ||
	    holding_is_same(&holding, &job.holding))
		return 0;
	return submit_change(space->engine, &(struct submit_change){.kind = CHANGE_HOLDING,
								    .row = job.row,
								    .holding = &holding});
}

void claim_part(struct space *space, struct node *parent, const char *name)
{
	struct location location = {
		.dirfd = node_dirfd(&space->nodes, parent), .name = name, .fd = -1};
	struct stat st;
	int r;

	if (space->options->one_user || location.dirfd < 0 || location_stat(&location, &st) < 0)
		return;
	r = claim_follow(space, parent, name, &st);
	if (r < 0) /* on failure the values that were recorded before stay in force */
		log_warning("%s: its last owner cannot be recorded: %s", name, strerror(-r));
}
