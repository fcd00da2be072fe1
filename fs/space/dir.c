/* SPDX-License-Identifier: MIT */
/*
 * Listing directories: the spool's entries in its own order, each job file followed by its
 * siblings.
 *
 * An entry's offset is its number in the listing, from 1. What was sent is mostly continued where
 * it ended; but the kernel may take less of an answer than it was given (its reader's buffer was
 * full) and then asks from a number in the middle of it. So a handle remembers where in the spool
 * each entry of the last answers came from, and goes back there. A seek to anywhere else counts
 * again from the start.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "space/control.h"
#include "space/job_name.h"
#include "space/ops.h"
#include "space/sibling.h"

#define REMEMBERED 1024 /* more entries than two answers of 32 KiB can hold */

/* Where an entry comes from. */
struct place {
	long spool;   /* telldir(3) before the spool's entry */
	uint64_t ino; /* of that entry, while its siblings are listed */
	int sibling;  /* SIBLING_NONE: that entry itself, else its sibling */
};

struct dir_handle {
	LIST_ENTRY(dir_handle) link;
	DIR *dir;
	uid_t user;			     /* whose descriptor it is */
	uint64_t next;			     /* the number of the entry that comes next, from 0 */
	struct place at;		     /* where that is */
	struct place remembered[REMEMBERED]; /* by number modulo REMEMBERED: where it was */
	/* the spool's entry at at.spool, and its siblings, while these are listed */
	struct dirent *entry;
	struct ledger_glance seen;
	bool looked; /* in this answer: at the entry, which is that */
	struct stat job;
};

/* One entry to be sent. */
struct listed {
	char name[NAME_MAX + 1];
	struct stat st; /* st_ino and the type in st_mode */
	enum sibling sibling;
};

static struct dir_handle *dir_handle_of(const struct fuse_file_info *fi)
{
	return (struct dir_handle *)(uintptr_t)fi->fh;
}

static void dir_close(struct space *space, struct dir_handle *handle)
{
	LIST_REMOVE(handle, link);
	closedir(handle->dir);
	shares_give(&space->descriptors, handle->user, 1);
	free(handle);
}

void dir_close_all(struct space *space)
{
	while (!LIST_EMPTY(&space->listings))
		dir_close(space, LIST_FIRST(&space->listings));
}

int dir_open(struct space *space, struct node *dir)
{
	struct spot spot = {.dirfd = -1, .fd = node_dirfd(&space->nodes, dir)};
	char path[SPOT_PATH_MAX];
	bool follow;
	int fd;

	if (spot.fd < 0)
		return spot.fd;
	/* not by its ".": to look that up takes leave to search it, to list it does not */
	spot_path(&spot, path, &follow);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* Opens a listing, for whose descriptor there is room. Returns 0 or -errno. */
static int dir_handle_open(struct space *space, struct node *node, uid_t user,
			   struct dir_handle **ret_handle)
{
	_cleanup_close_ int fd = dir_open(space, node);
	struct dir_handle *handle;

	if (fd < 0)
		return fd;
	handle = calloc(1, sizeof(*handle));
	if (!handle)
		return -ENOMEM;
	handle->dir = fdopendir(fd);
	if (!handle->dir) {
		free(handle);
		return -ENOMEM;
	}
	steal_fd(&fd);
	handle->user = user;
	handle->at.spool = telldir(handle->dir);
	LIST_INSERT_HEAD(&space->listings, handle, link);
	*ret_handle = handle;
	return 0;
}

void op_opendir(fuse_req_t req, fuse_ino_t id, struct fuse_file_info *fi)
{
	struct space *space = space_of(req);
	struct node *node = node_of(&space->nodes, id);
	const uid_t user = fuse_req_ctx(req)->uid;
	struct dir_handle *handle;
	int r;

	if (node->kind == NODE_CONTROL) {
		fuse_reply_open(req, fi);
		return;
	}
	if (!shares_take(&space->descriptors, user, 1)) {
		reply(req, -EMFILE);
		return;
	}
	r = dir_handle_open(space, node, user, &handle);
	if (r < 0) {
		shares_give(&space->descriptors, user, 1);
		reply(req, r);
		return;
	}
	fi->fh = (uintptr_t)handle;
	if (fuse_reply_open(req, fi) == -ENOENT)
		dir_close(space, handle);
}

void op_releasedir(fuse_req_t req, fuse_ino_t id, struct fuse_file_info *fi)
{
	struct space *space = space_of(req);

	if (node_of(&space->nodes, id)->kind != NODE_CONTROL)
		dir_close(space, dir_handle_of(fi));
	reply(req, 0);
}

void op_fsyncdir(fuse_req_t req, fuse_ino_t id, int datasync, struct fuse_file_info *fi)
{
	bool derived = node_is_derived(node_of(&space_of(req)->nodes, id));

	(void)datasync;
	reply(req, !derived && fsync(dirfd(dir_handle_of(fi)->dir)) < 0 ? -errno : 0);
}

/* Has a regular file of this name siblings to be listed? */
static bool may_have_siblings(struct space *space, struct node *dir, const struct dirent *entry)
{
	return !space->options->siblings_hidden && entry->d_type == DT_REG &&
	       job_name_is(space, dir, entry->d_name);
}

/* Is a file of the spool hidden behind a derived sibling of its name? 1, 0 or -errno. */
static int is_shadowed(struct space *space, struct node *dir, const char *name)
{
	char job[NAME_MAX + 1];
	size_t length;
	enum sibling sibling = job_name_sibling(space, dir, name, &length);
	struct ledger_glance seen;
	int r;

	if (!sibling)
		return 0;
	snprintf(job, sizeof(job), "%.*s", (int)length, name);
	r = sibling_glance(space, dir, job, &seen);
	return r < 0 ? r : sibling_size(&seen, sibling) != 0;
}

/* Reads the spool's next entry, and what siblings it has. 1, 0 at the end, or -errno. */
static int read_spool(struct space *space, struct node *dir, struct dir_handle *handle)
{
	errno = 0;
	handle->entry = readdir(handle->dir);
	if (!handle->entry)
		return -errno;
	handle->at.ino = handle->entry->d_ino;
	handle->looked = false;
	handle->seen = (struct ledger_glance){0};
	if (may_have_siblings(space, dir, handle->entry)) {
		int r = sibling_glance(space, dir, handle->entry->d_name, &handle->seen);

		if (r < 0)
			return r;
	}
	return 1;
}

/* The next sibling to be listed after the one that was, SIBLING_COUNT if there is none. */
static int next_sibling(const struct dir_handle *handle)
{
	int sibling = handle->at.sibling + 1;

	while (sibling < SIBLING_COUNT && !sibling_size(&handle->seen, (enum sibling)sibling))
		sibling++;
	return sibling;
}

/* Takes the entry that comes next. 1, 0 at the end, or -errno. */
static int take_next(struct space *space, struct node *dir, struct dir_handle *handle,
		     struct listed *listed)
{
	bool is_listed;
	int r, shadowed;

	do {
		handle->remembered[handle->next % REMEMBERED] = handle->at;
		listed->sibling = (enum sibling)handle->at.sibling;
		r = listed->sibling ? 1 : read_spool(space, dir, handle);
		shadowed = r <= 0 || listed->sibling
				   ? 0
				   : is_shadowed(space, dir, handle->entry->d_name);
		if (r < 0 || shadowed < 0)
			seekdir(handle->dir, handle->at.spool); /* it comes again */
		if (r <= 0 || shadowed < 0)
			return r <= 0 ? r : shadowed;
		is_listed =
			snprintf(listed->name, sizeof(listed->name), "%s%s", handle->entry->d_name,
				 sibling_suffix(listed->sibling)) < (int)sizeof(listed->name);
		if (listed->sibling) {
			listed->st = (struct stat){.st_ino = sibling_ino(dir, listed->name),
						   .st_mode = S_IFREG};
		} else {
			listed->st = (struct stat){.st_ino = handle->entry->d_ino,
						   .st_mode = DTTOIF(handle->entry->d_type)};
			is_listed = !shadowed;
		}
		handle->at.sibling = next_sibling(handle);
		if (handle->at.sibling == SIBLING_COUNT)
			handle->at = (struct place){.spool = telldir(handle->dir)};
	} while (!is_listed);
	handle->next++;
	return 1;
}

/* Puts the handle where the entry with a number comes from. 0 or -errno. */
static int go_to(struct space *space, struct node *dir, struct dir_handle *handle, uint64_t number)
{
	struct listed skipped;
	int r = 1;

	if (number == handle->next)
		return 0;
	if (number < handle->next && handle->next - number < REMEMBERED) {
		handle->at = handle->remembered[number % REMEMBERED];
		handle->next = number;
		seekdir(handle->dir, handle->at.spool);
		/* a sibling needs the entry that it belongs to */
		if (handle->at.sibling != SIBLING_NONE) {
			uint64_t ino = handle->at.ino;

			r = read_spool(space, dir, handle);
			if (r < 0) {
				handle->next = UINT64_MAX; /* nowhere: it is looked for anew */
				return r;
			}
			/* it was removed: go on with what comes after it */
			if (!r || handle->at.ino != ino) {
				handle->at = (struct place){.spool = handle->at.spool};
				seekdir(handle->dir, handle->at.spool);
			}
		}
		return 0;
	}
	rewinddir(handle->dir);
	handle->next = 0;
	handle->at = (struct place){.spool = telldir(handle->dir)};
	while (r > 0 && handle->next < number)
		r = take_next(space, dir, handle, &skipped);
	return r < 0 ? r : 0;
}

/* Fills what readdirplus tells of an entry beyond its name; "." and ".." give no reference. */
static int fill_plus(struct space *space, struct node *dir, struct dir_handle *handle,
		     const struct listed *listed, struct fuse_entry_param *entry)
{
	int r;

	*entry = (struct fuse_entry_param){.attr = listed->st};
	if (!strcmp(listed->name, ".") || !strcmp(listed->name, ".."))
		return 0;
	if (listed->sibling != SIBLING_NONE && handle->looked)
		return sibling_fill_beside(space, dir, listed->name, listed->sibling, &handle->seen,
					   &handle->job, entry);
	if (listed->sibling != SIBLING_NONE)
		return sibling_fill(space, dir, listed->name, listed->sibling, entry);
	r = entry_fill(space, dir, listed->name, entry);
	handle->looked = r == 0;
	handle->job = entry->attr;
	return r;
}

/* Adds one entry to the answer. Returns the size it takes, more than room if it does not fit. */
static size_t add(fuse_req_t req, struct node *dir, struct dir_handle *handle, char *answer,
		  size_t room, const struct listed *listed, bool plus)
{
	const off_t next = (off_t)handle->next;
	struct space *space = space_of(req);
	struct fuse_entry_param entry;
	size_t size;

	if (!plus)
		return fuse_add_direntry(req, answer, room, listed->name, &listed->st, next);
	/* one that is gone by now is listed without attributes: its lookup will tell */
	if (fill_plus(space, dir, handle, listed, &entry) < 0)
		entry = (struct fuse_entry_param){.attr = listed->st};
	size = fuse_add_direntry_plus(req, answer, room, listed->name, &entry, next);
	if (size > room && entry.ino)
		node_forget(&space->nodes, node_of(&space->nodes, entry.ino), 1);
	return size;
}

static void list_spool(fuse_req_t req, fuse_ino_t id, size_t size, off_t offset,
		       struct fuse_file_info *fi, bool plus)
{
	struct space *space = space_of(req);
	struct node *dir = node_of(&space->nodes, id);
	struct dir_handle *handle = dir_handle_of(fi);
	_cleanup_free_ char *answer = malloc(size);
	struct listed listed;
	size_t used = 0;
	int r = answer ? ledger_look_begin(space->ledger) : -ENOMEM;

	handle->looked = false;
	if (r == 0)
		r = go_to(space, dir, handle, (uint64_t)offset);
	while (r >= 0) {
		uint64_t number = handle->next;
		size_t more;

		r = take_next(space, dir, handle, &listed);
		if (r <= 0)
			break;
		more = add(req, dir, handle, answer + used, size - used, &listed, plus);
		if (more > size - used) {
			r = go_to(space, dir, handle, number);
			break;
		}
		used += more;
	}
	ledger_look_end(space->ledger);
	/* an error is told when there is nothing else to tell */
	if (r < 0 && !used)
		reply(req, r);
	else
		fuse_reply_buf(req, answer, used);
}

static void list(fuse_req_t req, fuse_ino_t id, size_t size, off_t offset,
		 struct fuse_file_info *fi, bool plus)
{
	if (node_of(&space_of(req)->nodes, id)->kind == NODE_CONTROL)
		control_list(req, size, offset, plus);
	else
		list_spool(req, id, size, offset, fi, plus);
}

void op_readdir(fuse_req_t req, fuse_ino_t id, size_t size, off_t offset, struct fuse_file_info *fi)
{
	list(req, id, size, offset, fi, false);
}

void op_readdirplus(fuse_req_t req, fuse_ino_t id, size_t size, off_t offset,
		    struct fuse_file_info *fi)
{
	list(req, id, size, offset, fi, true);
}
