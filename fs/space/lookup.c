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
#include "space/caller.h"
#include "space/control.h"
#include "space/entry.h"
#include "space/import.h"
#include "space/job_name.h"
#include "space/location.h"
#include "space/new_name.h"
#include "space/ops.h"
#include "space/sibling.h"
#include "space/timeouts.h"

/* Fills the answer for a sibling. Returns 0; -ENOENT: the name is not that of a sibling that exists
 * and that the caller may see; or another -errno. After -ENOENT look in the spool: it may have a
 * file of this name, made while the directory was hidden. */
static int fill_derived(struct space *space, fuse_req_t req, struct node *parent, const char *name,
			struct fuse_entry_param *ret_entry)
{
	enum sibling sibling = job_name_sibling(space, parent, name, NULL);

	return !sibling || sibling_is_removed(space, req, parent, name)
		       ? -ENOENT
		       : sibling_fill(space, parent, name, sibling, &(struct sibling_telling){0},
				      ret_entry);
}

void op_lookup(fuse_req_t req, fuse_ino_t parent_id, const char *name)
{
	struct space *space = space_of(req);
	struct node *parent = node_of(&space->nodes, parent_id);
	struct fuse_entry_param entry = {.entry_timeout =
						 import_name_timeout_s(space, parent, name, false)};
	int r = control_owns(parent, name) ? control_fill(space, parent, name, &entry)
					   : fill_derived(space, req, parent, name, &entry);

	if (r == -ENOENT && !control_owns(parent, name))
		r = entry_fill(space, parent, name, &entry);
	if (r == -ENOENT) {
		/* the kernel may remember that the name does not exist, except for siblings and
		 * versions: they appear by themselves */
		entry.ino = 0;
		if (control_owns(parent, name) || name_sibling(name, NULL))
			entry.entry_timeout = UNKEPT_TIMEOUT_S;
		fuse_reply_entry(req, &entry);
		return;
	}
	if (r < 0)
		reply(req, r);
	else if (fuse_reply_entry(req, &entry) == -ENOENT)
		node_forget(&space->nodes, node_of(&space->nodes, entry.ino), 1);
}

/* The arguments of mknod, mkdir and symlink: the type and mode of the file that a request makes. */
struct making {
	mode_t mode;
	dev_t rdev;
	const char *target; /* of a symbolic link; NULL: another type */
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
	int dirfd = -1, r = name_check_new(req, parent, name);

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
	entry_reply(req, parent, name);
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
