/* SPDX-License-Identifier: MIT */
/* Names: looking them up, making them. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "bounds/job.h"
#include "space/backup.h"
#include "space/claim.h"
#include "space/control.h"
#include "space/job_name.h"
#include "space/location.h"
#include "space/ops.h"
#include "space/path.h"
#include "space/sibling.h"
#include "space/unmade.h"

int name_check_new(struct space *space, const struct node *parent, const char *name)
{
	if (control_owns(parent, name) || job_name_sibling(space, parent, name, NULL))
		return -EPERM;
	return strlen(name) > JOB_NAME_MAX && job_name_is(space, parent, name) ? -ENAMETOOLONG : 0;
}

/* What people may take for a job file and is none is told once, when it is made: no later write is
 * told. */
static void warn_of_no_job(struct space *space, const struct node *parent, const char *name,
			   mode_t mode)
{
	_cleanup_free_ char *path = NULL;
	bool is_nearly = name_is_nearly_job(name) && S_ISREG(mode) && !node_is_hidden(parent);

	if ((!is_nearly && (S_ISREG(mode) || S_ISDIR(mode) || !job_name_is(space, parent, name))) ||
	    node_path_of(parent, name, &path) < 0)
		return;
	if (is_nearly)
		log_warning("%s is not submitted: a job file's name ends in .yaml or .yml, in "
			    "small letters",
			    path);
	else
		log_warning("%s is not submitted: %s is no job file, write a regular file", path,
			    S_ISLNK(mode) ? "a symbolic link" : "a device, a pipe or a socket");
}

/* Tools make such names again and again: the first one is told to whoever reads warnings. */
static void tell_of_ignored(struct space *space, const struct node *parent, const char *name)
{
	_cleanup_free_ char *path = NULL;

	if (node_is_hidden(parent) || job_name_is(space, parent, name) ||
	    node_path_of(parent, name, &path) < 0)
		return;
	log_message(space->ignored_told ? LOG_LEVEL_INFO : LOG_LEVEL_WARNING,
		    "%s is not submitted, as no name is that -o ignore= matches", path);
	space->ignored_told = true;
}

void name_is_made(struct space *space, struct node *parent, const char *name, mode_t mode)
{
	unmade_is_made(space, parent, name, mode);
	backup_name_made(space, parent, name);
	if (name_is_nearly_job(name) || name_is_job(name))
		warn_of_no_job(space, parent, name, mode);
	if (name_is_job(name) && S_ISREG(mode))
		tell_of_ignored(space, parent, name);
}

int entry_fill(struct space *space, struct node *parent, const char *name,
	       struct fuse_entry_param *ret_entry)
{
	struct location location = {
		.dirfd = node_dirfd(&space->nodes, parent), .name = name, .fd = -1};
	struct fuse_entry_param entry = {.attr_timeout = SPOOL_TIMEOUT_S,
					 .entry_timeout = SPOOL_TIMEOUT_S};
	struct node *node;
	int r = location.dirfd < 0 ? location.dirfd : location_stat(&location, &entry.attr);

	if (r == 0)
		view_apply(&space->options->view, &entry.attr);
	if (r == 0)
		r = node_enter(&space->nodes, parent, name, &entry.attr, &node);
	if (r < 0)
		return r;
	entry.ino = node_id(&space->nodes, node);
	*ret_entry = entry;
	return 0;
}

/* Answers with a name that is there now. */
static void reply_entry(fuse_req_t req, struct node *parent, const char *name)
{
	struct space *space = space_of(req);
	struct fuse_entry_param entry;
	int r = entry_fill(space, parent, name, &entry);

	if (r < 0)
		reply(req, r);
	else if (fuse_reply_entry(req, &entry) == -ENOENT)
		node_forget(&space->nodes, node_of(&space->nodes, entry.ino), 1);
}

void op_lookup(fuse_req_t req, fuse_ino_t parent_id, const char *name)
{
	struct space *space = space_of(req);
	struct node *parent = node_of(&space->nodes, parent_id);
	struct fuse_entry_param entry = {.entry_timeout = SPOOL_TIMEOUT_S};
	enum sibling sibling = job_name_sibling(space, parent, name, NULL);
	int r;

	if (control_owns(parent, name))
		r = control_fill(space, parent, name, &entry);
	else if (sibling)
		r = sibling_is_removed(space, req, parent, name)
			    ? -ENOENT
			    : sibling_fill(space, parent, name, sibling, &entry);
	else
		r = entry_fill(space, parent, name, &entry);
	/* a file of a sibling's name can be in the spool if its directory was hidden once */
	if (r == -ENOENT && sibling && !control_owns(parent, name))
		r = entry_fill(space, parent, name, &entry);
	/* the name may become a sibling's when a directory above is renamed */
	if (!control_owns(parent, name) && name_sibling(name, NULL))
		entry.entry_timeout = SIBLING_TIMEOUT_S;
	if (r == -ENOENT) {
		/* the kernel may remember that it is not there; siblings come by themselves */
		entry.ino = 0;
		fuse_reply_entry(req, &entry);
		return;
	}
	if (r < 0)
		reply(req, r);
	else if (fuse_reply_entry(req, &entry) == -ENOENT)
		node_forget(&space->nodes, node_of(&space->nodes, entry.ino), 1);
}

/* What can be made besides an open file. */
struct making {
	mode_t mode;
	dev_t rdev;
	const char *target; /* of a symbolic link */
};

static int make_in(const struct space *space, int dirfd, const char *name,
		   const struct making *making)
{
	mode_t mode = view_stored_mode(&space->options->view, space->is_root, making->mode);
	int r;

	if (making->target)
		r = symlinkat(making->target, dirfd, name);
	else if (S_ISDIR(making->mode))
		r = mkdirat(dirfd, name, mode);
	else
		r = mknodat(dirfd, name, mode, making->rdev);
	return r < 0 ? -errno : 0;
}

static void make_name(fuse_req_t req, fuse_ino_t parent_id, const char *name,
		      const struct making *making)
{
	struct space *space = space_of(req);
	struct node *parent = node_of(&space->nodes, parent_id);
	int dirfd = -1, r = name_check_new(space, parent, name);

	if (r == 0)
		r = dirfd = node_dirfd(&space->nodes, parent);
	if (r >= 0)
		r = caller_enter(space, req);
	if (r == 0) {
		r = make_in(space, dirfd, name, making);
		caller_leave(space, req);
	}
	if (r == 0)
		r = backup_made(space, req, parent, name, S_ISREG(making->mode) && !making->target);
	if (r >= 0)
		r = name_claim_made(req, parent, name);
	if (r < 0) {
		reply(req, r);
		return;
	}
	name_is_made(space, parent, name, making->target ? S_IFLNK : making->mode);
	reply_entry(req, parent, name);
}

int name_claim_made(fuse_req_t req, struct node *parent, const char *name)
{
	struct space *space = space_of(req);
	struct location location = {
		.dirfd = node_dirfd(&space->nodes, parent), .name = name, .fd = -1};
	struct stat st;
	int r;

	if (space->options->one_user)
		return 0;
	r = location.dirfd < 0 ? location.dirfd : location_stat(&location, &st);
	if (r == 0)
		r = claim_name(space, req, parent, name, &st, NULL);
	if (r < 0 && location.dirfd >= 0 && S_ISREG(st.st_mode))
		unlinkat(location.dirfd, name, 0);
	return r;
}

void op_mknod(fuse_req_t req, fuse_ino_t parent_id, const char *name, mode_t mode, dev_t rdev)
{
	make_name(req, parent_id, name, &(struct making){.mode = mode, .rdev = rdev});
}

void op_mkdir(fuse_req_t req, fuse_ino_t parent_id, const char *name, mode_t mode)
{
	make_name(req, parent_id, name, &(struct making){.mode = mode | S_IFDIR});
}

void op_symlink(fuse_req_t req, const char *target, fuse_ino_t parent_id, const char *name)
{
	make_name(req, parent_id, name, &(struct making){.target = target});
}

void op_readlink(fuse_req_t req, fuse_ino_t id)
{
	struct space *space = space_of(req);
	struct location location;
	char target[PATH_MAX + 1];
	ssize_t n = -1;
	int r = node_location(&space->nodes, node_of(&space->nodes, id), &location);

	if (r == 0) {
		n = location.name ? readlinkat(location.dirfd, location.name, target, PATH_MAX)
				  : readlinkat(location.fd, "", target, PATH_MAX);
		r = n < 0 ? -errno : 0;
	}
	if (r < 0) {
		reply(req, r);
		return;
	}
	target[n] = '\0';
	fuse_reply_readlink(req, target);
}
