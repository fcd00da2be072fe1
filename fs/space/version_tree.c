/* SPDX-License-Identifier: MIT */
/*
 * The tree of .coc/versions is derived. Nothing of it is stored, and nothing in it can be changed.
 * A directory of the space is a directory here, with its owner and mode. A job file that has a job
 * is a directory, too: who may read the file may list it, and read the versions in it.
 *
 * To list anything here calls nobody but for one check: when a job's directory is listed
 * and the service was not asked for the job lately (version_text.c). The versions are 1 to the
 * newest one that was seen. So `find .coc` costs at most a call for each job file, and none within
 * `refresh`. The size of a version is known when its text was read. So a stat of a version whose
 * text is not kept asks for that version (version_text.c): LOOKUP tells the kernel that its
 * attributes hold for no time.
 */
#define _GNU_SOURCE
#include "space/version_tree.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "job/version.h"
#include "space/bounds.h"
#include "space/claim_row.h"
#include "space/file_version.h"
#include "space/import.h"
#include "space/timeouts.h"
#include "space/version_text.h"
#include "submit/freshness.h"
#include "submit/imports.h"

/* What a node of the tree is: node->sibling. */
enum { TREE_NONE, TREE_DIRECTORY, TREE_JOB, TREE_VERSION };

static const struct node *root_of(const struct space *space)
{
	return &space->nodes.control[CONTROL_VERSIONS];
}

bool version_tree_has(const struct space *space, const struct node *node)
{
	return node->kind == NODE_CONTROL && (node == root_of(space) || node->sibling);
}

/* ---- what it is of ---- */

int version_tree_path(const struct space *space, const struct node *node, const char *name,
		      char **ret_path)
{
	char path[PATH_MAX];
	size_t at = sizeof(path) - 1;

	path[at] = '\0';
	for (bool is_first = true;; is_first = false) {
		size_t length;

		if (!is_first || !name) {
			if (node == root_of(space) || !node->link.parent)
				break;
			name = node->link.name;
			node = node->link.parent;
		}
		length = strlen(name) + (path[at] != '\0');
		if (length > at)
			return -ENAMETOOLONG;
		if (path[at])
			path[at - 1] = '/';
		at -= length;
		memcpy(path + at, name, strlen(name));
	}
	*ret_path = strdup(path + at);
	return *ret_path ? 0 : -ENOMEM;
}

/* Looks at a path of the spool, and follows no link on the way. */
static int stat_path(const struct space *space, const char *path, struct stat *ret_st)
{
	const struct open_how how = {.flags = O_PATH | O_NOFOLLOW | O_CLOEXEC,
				     .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS};
	_cleanup_close_ int fd = (int)syscall(SYS_openat2, space->nodes.root.fd, *path ? path : ".",
					      &how, sizeof(how));

	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR || errno == ELOOP ? -ENOENT : -errno;
	return fstat(fd, ret_st) < 0 ? -errno : 0;
}

/* The job of an import of the root. */
static int find_import(struct space *space, const char *path, struct version_source *source)
{
	_cleanup_import_record_ struct import_record import = {0};
	int r = strchr(path, '/') ? -ENOENT : imports_find(space->engine, path, &import);

	if (r < 0)
		return r;
	snprintf(source->job_id, sizeof(source->job_id), "%s", import.job_id);
	source->newest =
		import.listed_version > import.version ? import.listed_version : import.version;
	import_show(space, &source->st);
	return 0;
}

int version_tree_find(struct space *space, const char *path, struct version_source *ret_source)
{
	struct version_source source = {0};
	struct freshness fresh;
	int r = stat_path(space, path, &source.st);

	if (r == 0 && !S_ISREG(source.st.st_mode))
		r = -ENOENT;
	if (r < 0)
		return r;
	r = freshness_find(space->engine, path, &fresh);
	if (r == -ENOENT) {
		r = find_import(space, path, &source);
	} else if (r == 0 && !claim_is_of(space, &fresh.holding, source.st.st_uid)) {
		r = -ENOENT;
	} else if (r == 0) {
		memcpy(source.job_id, fresh.job_id, sizeof(source.job_id));
		source.newest = fresh.newest;
		source.row = fresh.row;
		source.is_due = !fresh.due_ms && file_version_can_check(space);
		view_apply(&space->options->view, &source.st);
	}
	if (r == 0)
		*ret_source = source;
	return r;
}

bool version_tree_is_directory(const struct space *space, const char *path)
{
	struct stat st;

	return stat_path(space, path, &st) == 0 && S_ISDIR(st.st_mode);
}

bool version_tree_is_job(const struct node *node)
{
	return node->sibling == TREE_JOB;
}

int version_tree_source(struct space *space, const struct node *node,
			struct version_source *ret_source, int64_t *ret_version)
{
	_cleanup_free_ char *path = NULL;
	int r;

	*ret_version = 0;
	if (node->sibling != TREE_JOB && node->sibling != TREE_VERSION)
		return -ENOENT;
	if (node->sibling == TREE_VERSION) {
		*ret_version = version_number_of(node->link.name,
						 strlen(node->link.name) - strlen(".yaml"));
		node = node->link.parent;
	}
	r = version_tree_path(space, node, NULL, &path);
	return r < 0 ? r : version_tree_find(space, path, ret_source);
}

/* The version that a name is, 0: it is none. */
static int64_t version_of_name(const char *name)
{
	size_t length = strlen(name), suffix = strlen(".yaml");

	return length > suffix && !strcmp(name + length - suffix, ".yaml")
		       ? version_number_of(name, length - suffix)
		       : 0;
}

/* ---- attributes ---- */

static struct stat show_node(const struct node *node, const struct stat *of, mode_t mode)
{
	return (struct stat){
		.st_ino = node->ino,
		.st_mode = mode,
		.st_nlink = S_ISDIR(mode) ? 2 : 1,
		.st_uid = of->st_uid,
		.st_gid = of->st_gid,
		.st_blksize = 4096,
		.st_mtim = of->st_mtim,
		.st_atim = of->st_mtim,
		.st_ctim = of->st_mtim,
	};
}

/* The read bits of a job file, and for a directory the bits to search. The owner may write in it by
 * its mode, so that the answer is our EPERM and not the kernel's EACCES. */
static mode_t read_bits(const struct stat *of, bool is_dir)
{
	mode_t bits = of->st_mode & 0444;

	return is_dir ? S_IFDIR | bits | bits >> 2 | (bits & 0400) >> 1 : S_IFREG | bits;
}

static int stat_directory(struct space *space, const struct node *node, struct stat *ret_st)
{
	_cleanup_free_ char *path = NULL;
	struct stat st;
	int r = version_tree_path(space, node, NULL, &path);

	if (r == 0)
		r = stat_path(space, path, &st);
	if (r == 0 && !S_ISDIR(st.st_mode))
		r = -ENOENT;
	if (r < 0)
		return r;
	view_apply(&space->options->view, &st);
	*ret_st = show_node(node, &st, S_IFDIR | (st.st_mode & 0777));
	return 0;
}

int version_tree_stat(struct space *space, const struct node *node, struct stat *ret_st)
{
	struct version_source source = {0};
	const struct version_text *text;
	int64_t version;
	int r;

	if (node->sibling == TREE_DIRECTORY)
		return stat_directory(space, node, ret_st);
	r = version_tree_source(space, node, &source, &version);
	if (r == 0 && version > source.newest)
		r = -ENOENT;
	if (r < 0)
		return r;
	*ret_st = show_node(node, &source.st, read_bits(&source.st, !version));
	text = version ? version_text_find(space, source.job_id, version) : NULL;
	if (text) {
		ret_st->st_size = (off_t)text->size;
		ret_st->st_mtim.tv_sec = text->update_ms / 1000;
		ret_st->st_mtim.tv_nsec = text->update_ms % 1000 * 1000000;
	}
	return 0;
}

/* What a name of a directory of the tree is, TREE_NONE: nothing. */
static int find_part(struct space *space, const struct node *parent, const char *name,
		     uint8_t *ret_part)
{
	_cleanup_free_ char *path = NULL;
	struct version_source source;
	struct stat st;
	int64_t version;
	int r;

	if (parent->sibling == TREE_JOB) {
		r = version_tree_source(space, parent, &source, &version);
		version = version_of_name(name);
		if (r == 0 && (!version || version > source.newest))
			r = -ENOENT;
		*ret_part = TREE_VERSION;
		return r;
	}
	r = name[0] == '.' ? -ENOENT : version_tree_path(space, parent, name, &path);
	if (r == 0)
		r = stat_path(space, path, &st);
	if (r == 0 && S_ISDIR(st.st_mode)) {
		*ret_part = TREE_DIRECTORY;
		return 0;
	}
	if (r == 0)
		r = version_tree_find(space, path, &source);
	*ret_part = TREE_JOB;
	return r;
}

/* Is the text of a version kept, and so the size known? */
static bool has_text(struct space *space, const struct node *node)
{
	struct version_source source;
	int64_t version;

	return version_tree_source(space, node, &source, &version) == 0 &&
	       version_text_find(space, source.job_id, version);
}

int version_tree_fill(struct space *space, struct node *parent, const char *name,
		      struct fuse_entry_param *ret_entry)
{
	struct fuse_entry_param entry = {.attr_timeout = SIBLING_LOOKED_UP_S,
					 .entry_timeout = SIBLING_TIMEOUT_S};
	struct node *node;
	uint8_t part;
	int r = find_part(space, parent, name, &part);

	if (r < 0)
		return r;
	r = node_enter_derived(&space->nodes, parent, name, NODE_CONTROL, part, &node);
	if (r < 0)
		return r;
	node->sibling = part; /* a name may have become another thing */
	r = version_tree_stat(space, node, &entry.attr);
	if (r < 0) {
		node_forget(&space->nodes, node, 1);
		return r;
	}
	if (part == TREE_VERSION && !has_text(space, node))
		entry.attr_timeout = 0;
	entry.ino = node_id(&space->nodes, node);
	*ret_entry = entry;
	return 0;
}
