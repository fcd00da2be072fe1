/* SPDX-License-Identifier: MIT */
/* Answers the requests of a listing, from OPENDIR to RELEASEDIR. listing.c decides which entries
 * come, and in which order. */
#define _GNU_SOURCE
#include "space/directory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "space/catalogue_wait.h"
#include "space/control.h"
#include "space/disk.h"
#include "space/entry.h"
#include "space/import.h"
#include "space/io.h"
#include "space/listing.h"
#include "space/location.h"
#include "space/ops.h"
#include "space/file_version.h"
#include "space/sibling.h"
#include "submit/imports.h"

/* The most bytes of one answer, also for a reader with more room: some hundred entries, which take
 * some milliseconds. */
#define ANSWER_MAX 32768

struct dir_handle {
	LIST_ENTRY(dir_handle) link;
	uid_t user; /* the user who is charged for the descriptor */
	struct listing listing;
	struct sibling_answer answer; /* the last answer that the reader got */
};

static struct dir_handle *dir_handle_of(const struct fuse_file_info *fi)
{
	return (struct dir_handle *)(uintptr_t)fi->fh;
}

static void dir_close(struct space *space, struct dir_handle *handle)
{
	sibling_cache_taken(space, &handle->answer);
	LIST_REMOVE(handle, link);
	disk_close(space, listing_finish(&handle->listing), handle->user);
	shares_give(&space->descriptors, handle->user, 1);
	shares_give(&space->memory, handle->user, sizeof(*handle));
	free(handle);
}

void dir_close_all(struct space *space)
{
	while (!LIST_EMPTY(&space->listings))
		dir_close(space, LIST_FIRST(&space->listings));
}

/* Opens a listing of a directory. The caller has charged the user for the handle and its
 * descriptor. Returns 0 or -errno. */
static int open_listing(struct space *space, struct node *node, uid_t user,
			struct dir_handle **ret_handle)
{
	_cleanup_close_ int fd = node_open_dir(&space->nodes, node);
	struct dir_handle *handle;

	if (fd < 0)
		return fd;
	handle = calloc(1, sizeof(*handle));
	if (!handle)
		return -ENOMEM;
	listing_init(&handle->listing, steal_fd(&fd));
	handle->user = user;
	LIST_INSERT_HEAD(&space->listings, handle, link);
	*ret_handle = handle;
	return 0;
}

/* Charges a user for a listing and opens it. Returns 0, -EMFILE (the user's share is used up) or
 * another -errno. */
static int dir_handle_open(struct space *space, struct node *node, uid_t user,
			   struct dir_handle **ret_handle)
{
	int r;

	if (!shares_take(&space->descriptors, user, 1))
		return -EMFILE;
	if (!shares_take(&space->memory, user, sizeof(**ret_handle))) {
		shares_give(&space->descriptors, user, 1);
		return -EMFILE;
	}
	r = open_listing(space, node, user, ret_handle);
	if (r < 0) {
		shares_give(&space->descriptors, user, 1);
		shares_give(&space->memory, user, sizeof(**ret_handle));
	}
	return r;
}

/* Answers the OPENDIR of a directory that is in the spool, with a listing from its first entry. */
static void open_directory(fuse_req_t req, struct node *node, struct fuse_file_info *fi)
{
	struct space *space = space_of(req);
	struct dir_handle *handle;
	int r;

	r = dir_handle_open(space, node, fuse_req_ctx(req)->uid, &handle);
	if (r < 0) {
		reply(req, r);
		return;
	}
	fi->fh = (uintptr_t)handle;
	if (fuse_reply_open(req, fi) == -ENOENT)
		dir_close(space, handle);
}

/* Answers an opendir of the root, after the wait for a new list of jobs. result is 0, or the
 * negative errno of the wait if no list is known. The root opens all the same: it has the mount's
 * own files. */
static void open_root(fuse_req_t req, int result, struct fuse_file_info *fi)
{
	if (result < 0)
		log_info("the root shows the mount's own files only, "
			 "because the jobs of the service have never been listed: %s",
			 strerror(-result));
	open_directory(req, &space_of(req)->nodes.root, fi);
}

void op_opendir(fuse_req_t req, fuse_ino_t id, struct fuse_file_info *fi)
{
	struct space *space = space_of(req);
	struct node *node = node_of(&space->nodes, id);

	if (node->kind == NODE_CONTROL)
		control_open_dir(req, node, fi);
	else if (node == &space->nodes.root && imports_shown(space->engine) != JOBS_OWN)
		catalogue_wait(req, fi, open_root);
	else
		open_directory(req, node, fi);
}

void op_releasedir(fuse_req_t req, fuse_ino_t id, struct fuse_file_info *fi)
{
	struct space *space = space_of(req);
	struct node *node = node_of(&space->nodes, id);

	if (node->kind == NODE_CONTROL) {
		control_release_dir(req, node, fi);
		return;
	}
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
		file_sync(req, node, handle->listing.entries.fd, handle->user, datasync);
}

/* Fills a READDIRPLUS entry for a sibling. If the kernel has kept the sibling's name and attributes
 * already, leaves *entry as it is: then the kernel gets the name alone. Returns 0 or -errno. */
static int fill_sibling(struct space *space, struct node *dir, struct listing *listing,
			const struct listed *listed, const struct sibling_telling *telling,
			struct fuse_entry_param *entry)
{
	const struct node *node = node_known_derived(&space->nodes, dir, listed->name);

	if (node && sibling_cache_has(node))
		return 0;
	return listing->looked
		       ? sibling_fill_beside(space, dir, listed->name, listed->sibling,
					     &listing->seen, &listing->job, telling, entry)
		       : sibling_fill(space, dir, listed->name, listed->sibling, telling, entry);
}

/* Fills the attributes of a READDIRPLUS entry. If entry->ino is not 0 after that, the entry gives
 * the kernel a reference to the node. "." and ".." give none. Returns 0; or -errno: the entry must
 * be listed without attributes. */
static int fill_plus(struct space *space, struct node *dir, struct listing *listing,
		     const struct listed *listed, const struct sibling_telling *telling,
		     struct fuse_entry_param *entry)
{
	int r;

	*entry = (struct fuse_entry_param){.attr = listed->st};
	if (!strcmp(listed->name, ".") || !strcmp(listed->name, ".."))
		return 0;
	if (listed->sibling != SIBLING_NONE)
		return fill_sibling(space, dir, listing, listed, telling, entry);
	if (import_is_due(space, dir, listed->name))
		return 0; /* leave the attributes out: the import would have to be fetched first */
	r = entry_fill(space, dir, listed->name, entry);
	/* leave the attributes out while a check of the file is due: stat(2) waits for the check */
	if (r == 0 && !entry->attr_timeout &&
	    file_version_is_due(space, dir, listed->name, &entry->attr)) {
		node_forget(&space->nodes, node_of(&space->nodes, entry->ino), 1);
		return -EAGAIN;
	}
	/* sibling_fill_beside() needs the spool's owner and mode: use these attributes only if the
	 * mount shows the same */
	listing->looked = r == 0 && !view_is_set(&space->options->view);
	listing->job = entry->attr;
	return r;
}

/* A READDIR or READDIRPLUS (plus) for size bytes of entries from offset; kept while a thread reads
 * the directory for it. */
struct entries_reading {
	fuse_req_t req;
	struct node *dir;
	struct dir_handle *handle;
	size_t size;
	off_t offset;
	bool plus;
	/* the caller is the user who mounts: the kernel may keep both the names and the attributes
	 * of siblings from this answer (sibling_cache.c) */
	bool is_trusted;
};

/* Adds one entry to an answer. Returns how many bytes the entry takes. If that is more than room,
 * the entry was not added. */
static size_t add_entry(const struct entries_reading *reading, char *answer, size_t room,
			const struct listed *listed)
{
	const struct sibling_telling telling = {
		.is_listing = true,
		.answer = reading->is_trusted ? &reading->handle->answer : NULL};
	struct listing *listing = &reading->handle->listing;
	struct node *dir = reading->dir;
	fuse_req_t req = reading->req;
	const off_t next = (off_t)listing->next;
	struct space *space = space_of(req);
	struct fuse_entry_param entry;
	size_t size;

	if (!reading->plus)
		return fuse_add_direntry(req, answer, room, listed->name, &listed->st, next);
	/* on an error (the file is gone, say) list the name without attributes: its LOOKUP will
	 * report the error */
	if (fill_plus(space, dir, listing, listed, &telling, &entry) < 0)
		entry = (struct fuse_entry_param){.attr = listed->st};
	size = fuse_add_direntry_plus(req, answer, room, listed->name, &entry, next);
	if (size > room && entry.ino)
		node_forget(&space->nodes, node_of(&space->nodes, entry.ino), 1);
	return size;
}

/* The answer to a READDIR or READDIRPLUS while entries are added: room is its size, and used says
 * how many bytes are filled. */
struct filling {
	const struct entries_reading *reading;
	char *answer;
	size_t room, used;
};

/* Adds the entries from reading->offset on to the answer (data is a struct filling), until the
 * answer is full or the directory ends. Returns 0; -EAGAIN: a thread must read more of the
 * directory first; or another -errno. After an error the answer has the entries that came before
 * it. */
static int fill_answer(void *data)
{
	struct filling *filling = data;
	const struct entries_reading *reading = filling->reading;
	struct listing *listing = &reading->handle->listing;
	struct listed listed;
	int r;

	listing->looked = false;
	r = listing_go_to(reading->req, reading->dir, listing, (uint64_t)reading->offset);
	while (r >= 0) {
		const size_t left = filling->room - filling->used;
		uint64_t number = listing->next;
		size_t more;

		r = listing_take(reading->req, reading->dir, listing, &listed);
		if (r <= 0)
			break;
		more = add_entry(reading, filling->answer + filling->used, left, &listed);
		if (more > left) {
			r = listing_go_to(reading->req, reading->dir, listing, number);
			break;
		}
		filling->used += more;
	}
	return r < 0 ? r : 0;
}

static void read_entries_later(const struct entries_reading *reading);

static void list_spool(const struct entries_reading *reading)
{
	struct space *space = space_of(reading->req);
	const size_t room = reading->size < ANSWER_MAX ? reading->size : ANSWER_MAX;
	_cleanup_free_ char *answer = malloc(room);
	struct filling filling = {.reading = reading, .answer = answer, .room = room};
	int r = answer ? submit_read_many(space->engine, fill_answer, &filling) : -ENOMEM;

	/* if the answer has entries, send these: the next READDIR meets the error again */
	if (r == -EAGAIN && !filling.used)
		read_entries_later(reading);
	else if (r < 0 && !filling.used)
		reply(reading->req, r);
	else
		fuse_reply_buf(reading->req, answer, filling.used);
}

static void work_read_entries(struct worker_job *job)
{
	struct disk_op *op = disk_op_of(job);
	const struct entries_reading *reading = op->owner;

	op->result = listing_read(&reading->handle->listing);
}

static void answer_entries(struct disk_op *op)
{
	struct entries_reading *reading = op->owner;

	if (op->result < 0)
		reply(op->req, (int)op->result);
	else
		list_spool(reading);
	free(reading);
}

/* Lets a thread read more of the directory. Then the loop fills and sends the answer to
 * reading->req. If memory is short, answers ENOMEM. */
static void read_entries_later(const struct entries_reading *reading)
{
	struct entries_reading *copy = malloc(sizeof(*copy));
	struct disk_op *op = copy ? disk_begin(space_of(reading->req), reading->req,
					       reading->handle->user, reading->dir)
				  : NULL;

	if (!op) {
		free(copy);
		reply(reading->req, -ENOMEM);
		return;
	}
	*copy = *reading;
	op->owner = copy;
	op->answer = answer_entries;
	disk_go(op, work_read_entries);
}

/* Is the caller the user who mounts? From answers to this user the kernel may keep both the names
 * and the attributes of siblings, because the caller takes an answer immediately. Another user may
 * leave an answer on its way for any time, and the loop would wait for that user
 * (sibling_cache.c). */
static bool is_trusted(const struct space *space, fuse_req_t req)
{
	return space->options->one_user || fuse_req_ctx(req)->uid == space->uid;
}

static void list_directory(fuse_req_t req, fuse_ino_t id, size_t size, off_t offset,
			   struct fuse_file_info *fi, bool plus)
{
	struct space *space = space_of(req);
	struct node *dir = node_of(&space->nodes, id);

	if (dir->kind == NODE_CONTROL) {
		control_list(req, dir, size, offset, plus, fi);
		return;
	}
	sibling_cache_taken(space, &dir_handle_of(fi)->answer);
	list_spool(&(struct entries_reading){.req = req,
					     .dir = dir,
					     .handle = dir_handle_of(fi),
					     .size = size,
					     .offset = offset,
					     .plus = plus,
					     .is_trusted = is_trusted(space, req)});
}

void op_readdir(fuse_req_t req, fuse_ino_t id, size_t size, off_t offset, struct fuse_file_info *fi)
{
	list_directory(req, id, size, offset, fi, false);
}

void op_readdirplus(fuse_req_t req, fuse_ino_t id, size_t size, off_t offset,
		    struct fuse_file_info *fi)
{
	list_directory(req, id, size, offset, fi, true);
}
