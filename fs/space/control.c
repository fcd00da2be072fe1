/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "space/control.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "loop/workers.h"
#include "space/imports_view.h"
#include "space/jobs_view.h"
#include "space/queue_view.h"
#include "space/text.h"
#include "space/timeouts.h"
#include "space/version_listing.h"
#include "space/version_text.h"
#include "space/version_tree.h"

/* The source of the text of .coc/metrics. It lives while slices count the rows of the queue
 * (queued), which are a part of the text. */
struct metrics_text {
	struct text_source source;
	struct space *space;
	struct queued_count queued;
};

static int write_metrics(struct text_source *source, struct buf *text)
{
	struct metrics_text *metrics = (struct metrics_text *)source;
	const struct space *space = metrics->space;
	int r = submit_write_metrics(space->engine, &metrics->queued, text);

	return r ? r
		 : buf_printf(text,
			      "# HELP cocfs_known_files Files, directories and siblings that "
			      "the kernel refers to.\n"
			      "# TYPE cocfs_known_files gauge\n"
			      "cocfs_known_files %zu\n"
			      "# HELP cocfs_disk_operations Calls that wait for the disk.\n"
			      "# TYPE cocfs_disk_operations gauge\n"
			      "cocfs_disk_operations %zu\n"
			      "# HELP cocfs_open_descriptors What users have open.\n"
			      "# TYPE cocfs_open_descriptors gauge\n"
			      "cocfs_open_descriptors %zu\n"
			      "# HELP cocfs_open_descriptors_max What all users together may have "
			      "open.\n"
			      "# TYPE cocfs_open_descriptors_max gauge\n"
			      "cocfs_open_descriptors_max %zu\n",
			      space->nodes.table.n, workers_jobs(space->workers),
			      space->descriptors.used, space->descriptors.total);
}

static struct text_source *metrics_text(struct space *space)
{
	struct metrics_text *metrics = calloc(1, sizeof(*metrics));

	if (!metrics)
		return NULL;
	*metrics = (struct metrics_text){.source = {.write = write_metrics}, .space = space};
	return &metrics->source;
}

static void open_metrics(fuse_req_t req, struct fuse_file_info *fi)
{
	text_open_long(req, metrics_text(space_of(req)), fi);
}

static void open_queue(fuse_req_t req, struct fuse_file_info *fi)
{
	text_open_long(req, queue_view_text(space_of(req), req), fi);
}

static void open_imports(fuse_req_t req, struct fuse_file_info *fi)
{
	text_open_long(req, imports_view_text(space_of(req), req), fi);
}

/* .coc and the entries in it, by enum control. open answers the OPEN of a file; NULL: a directory.
 * The modes let the owner write in the directories. So the kernel passes a request to make a file
 * there on, and cocfs answers EPERM instead of the kernel's EACCES. */
static const struct {
	const char *name;
	mode_t mode;
	void (*open)(fuse_req_t req, struct fuse_file_info *fi);
} controls[CONTROL_COUNT] = {
	[CONTROL_DIR] = {".coc", S_IFDIR | 0755, NULL},
	[CONTROL_QUEUE] = {"queue", S_IFREG | 0444, open_queue},
	[CONTROL_METRICS] = {"metrics", S_IFREG | 0444, open_metrics},
	[CONTROL_JOBS] = {"jobs", S_IFREG | 0444, jobs_view_open},
	[CONTROL_IMPORTS] = {"imports", S_IFREG | 0444, open_imports},
	[CONTROL_VERSIONS] = {"versions", S_IFDIR | 0755, NULL},
};

static enum control control_of(const struct space *space, const struct node *node)
{
	return (enum control)(node - space->nodes.control);
}

bool control_owns(const struct node *parent, const char *name)
{
	bool is_root = parent->kind == NODE_DIR && !parent->link.parent;

	return parent->kind == NODE_CONTROL ||
	       (is_root && !strcmp(name, controls[CONTROL_DIR].name));
}

int control_stat(struct space *space, const struct node *node, struct stat *ret_st)
{
	enum control control;
	struct stat st;

	if (node->sibling)
		return version_tree_stat(space, node, ret_st);
	control = control_of(space, node);
	st = (struct stat){
		.st_ino = node->ino,
		.st_mode = controls[control].mode,
		.st_nlink = S_ISDIR(controls[control].mode) ? 2 : 1,
		.st_uid = space->uid,
		.st_gid = space->gid,
		.st_blksize = 4096,
	};

	/* the text is made at the open, so its time is now; its size is not known before, so it is
	 * 0, as in /proc */
	clock_gettime(CLOCK_REALTIME, &st.st_mtim);
	st.st_atim = st.st_ctim = st.st_mtim;
	view_apply_derived(&space->options->view, &st);
	*ret_st = st;
	return 0;
}

static void fill_control_entry(struct space *space, enum control control,
			       struct fuse_entry_param *ret_entry)
{
	struct node *node = &space->nodes.control[control];

	*ret_entry = (struct fuse_entry_param){.attr_timeout = UNKEPT_TIMEOUT_S,
					       .entry_timeout = SPOOL_TIMEOUT_S};
	ret_entry->ino = node_id(&space->nodes, node);
	control_stat(space, node, &ret_entry->attr);
	node->lookups++;
}

int control_fill(struct space *space, struct node *parent, const char *name,
		 struct fuse_entry_param *ret_entry)
{
	bool in_it = parent->kind == NODE_CONTROL;
	int first = in_it ? CONTROL_DIR + 1 : CONTROL_DIR, end = in_it ? CONTROL_COUNT : first + 1;

	if (version_tree_has(space, parent))
		return version_tree_fill(space, parent, name, ret_entry);
	for (int i = first; i < end; i++) {
		if (strcmp(name, controls[i].name))
			continue;
		fill_control_entry(space, (enum control)i, ret_entry);
		return 0;
	}
	return -ENOENT;
}

void control_open(fuse_req_t req, struct node *node, struct fuse_file_info *fi)
{
	if (node->sibling)
		version_text_open(req, node, fi);
	else
		controls[control_of(space_of(req), node)].open(req, fi);
}

void control_open_dir(fuse_req_t req, struct node *node, struct fuse_file_info *fi)
{
	if (version_tree_has(space_of(req), node))
		version_tree_open_dir(req, node, fi);
	else
		fuse_reply_open(req, fi);
}

void control_release_dir(fuse_req_t req, const struct node *node, struct fuse_file_info *fi)
{
	if (version_tree_has(space_of(req), node))
		text_release(req, fi);
	else
		reply(req, 0);
}

/* Adds one entry of .coc to a READDIR answer. `number` is the entry's offset in the listing: 0 is
 * ".", 1 is "..", then come the files. Returns how many bytes the entry takes. If that is more than
 * room, nothing was added. */
static size_t add_control_entry(fuse_req_t req, char *answer, size_t room, int number, bool plus)
{
	struct space *space = space_of(req);
	const char *name = number == 0 ? "." : number == 1 ? ".." : controls[number - 1].name;
	struct fuse_entry_param entry = {.attr.st_mode = S_IFDIR};
	size_t size;

	if (number < 2)
		entry.attr.st_ino =
			number ? space->nodes.root.ino : space->nodes.control[CONTROL_DIR].ino;
	else
		fill_control_entry(space, (enum control)(number - 1), &entry);
	size = plus ? fuse_add_direntry_plus(req, answer, room, name, &entry, number + 1)
		    : fuse_add_direntry(req, answer, room, name, &entry.attr, number + 1);
	/* give the reference of fill_control_entry() back: the kernel gets one only with an entry
	 * of a READDIRPLUS */
	if (entry.ino && (!plus || size > room))
		node_forget(&space->nodes, node_of(&space->nodes, entry.ino), 1);
	return size;
}

static void list_controls(fuse_req_t req, size_t size, off_t offset, bool plus)
{
	_cleanup_free_ char *answer = malloc(size);
	size_t used = 0;

	if (!answer) {
		reply(req, -ENOMEM);
		return;
	}
	for (off_t number = offset; number <= CONTROL_COUNT; number++) {
		size_t more = add_control_entry(req, answer + used, size - used, (int)number, plus);

		if (more > size - used)
			break;
		used += more;
	}
	fuse_reply_buf(req, answer, used);
}

void control_list(fuse_req_t req, struct node *node, size_t size, off_t offset, bool plus,
		  struct fuse_file_info *fi)
{
	if (version_tree_has(space_of(req), node))
		version_listing_reply(req, node, size, offset, plus, fi);
	else
		list_controls(req, size, offset, plus);
}
