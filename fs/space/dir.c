/* SPDX-License-Identifier: MIT */
/* Listing directories: the requests and their answers. listing.c says what comes in which order. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "space/control.h"
#include "space/listing.h"
#include "space/ops.h"
#include "space/sibling.h"

/* The most that an answer holds, also for a reader who has more room: some hundred entries, which take
 * some milliseconds. */
#define ANSWER_MAX 32768

struct dir_handle {
	LIST_ENTRY(dir_handle) link;
	uid_t user; /* whose descriptor it is */
	struct listing listing;
};

static struct dir_handle *dir_handle_of(const struct fuse_file_info *fi)
{
	return (struct dir_handle *)(uintptr_t)fi->fh;
}

static void dir_close(struct space *space, struct dir_handle *handle)
{
	LIST_REMOVE(handle, link);
	listing_finish(&handle->listing);
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
	if (listing_init(&handle->listing, &fd) < 0) {
		free(handle);
		return -ENOMEM;
	}
	handle->user = user;
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
	struct node *node = node_of(&space_of(req)->nodes, id);
	const struct dir_handle *handle = dir_handle_of(fi);

	if (node_is_derived(node))
		reply(req, 0);
	else
		file_sync(req, node, dirfd(handle->listing.dir), handle->user, datasync);
}

/* Fills what readdirplus tells of an entry beyond its name; "." and ".." give no reference. */
static int fill_plus(struct space *space, struct node *dir, struct listing *listing,
		     const struct listed *listed, struct fuse_entry_param *entry)
{
	int r;

	*entry = (struct fuse_entry_param){.attr = listed->st};
	if (!strcmp(listed->name, ".") || !strcmp(listed->name, ".."))
		return 0;
	if (listed->sibling != SIBLING_NONE && listing->looked)
		return sibling_fill_beside(space, dir, listed->name, listed->sibling,
					   &listing->seen, &listing->job, entry);
	if (listed->sibling != SIBLING_NONE)
		return sibling_fill(space, dir, listed->name, listed->sibling, entry);
	r = entry_fill(space, dir, listed->name, entry);
	/* siblings are judged by what the spool has */
	listing->looked = r == 0 && !view_is_set(&space->options->view);
	listing->job = entry->attr;
	return r;
}

/* Adds one entry to the answer. Returns the size it takes, more than room if it does not fit. */
static size_t add(fuse_req_t req, struct node *dir, struct listing *listing, char *answer,
		  size_t room, const struct listed *listed, bool plus)
{
	const off_t next = (off_t)listing->next;
	struct space *space = space_of(req);
	struct fuse_entry_param entry;
	size_t size;

	if (!plus)
		return fuse_add_direntry(req, answer, room, listed->name, &listed->st, next);
	/* one that is gone by now is listed without attributes: its lookup will tell */
	if (fill_plus(space, dir, listing, listed, &entry) < 0)
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
	struct listing *listing = &dir_handle_of(fi)->listing;
	const size_t room = size < ANSWER_MAX ? size : ANSWER_MAX;
	_cleanup_free_ char *answer = malloc(room);
	struct listed listed;
	size_t used = 0;
	int r = answer ? ledger_look_begin(space->ledger) : -ENOMEM;

	listing->looked = false;
	if (r == 0)
		r = listing_go_to(req, dir, listing, (uint64_t)offset);
	while (r >= 0) {
		uint64_t number = listing->next;
		size_t more;

		r = listing_take(req, dir, listing, &listed);
		if (r <= 0)
			break;
		more = add(req, dir, listing, answer + used, room - used, &listed, plus);
		if (more > room - used) {
			r = listing_go_to(req, dir, listing, number);
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
