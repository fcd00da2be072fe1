/* SPDX-License-Identifier: MIT */
/*
 * The tree of .coc/versions is derived: no file of it is stored, and nobody can change it. Each
 * directory of the space is a directory here, with its owner and mode. A job file that has a job is
 * a directory here too. A user who may read the file may list this directory, and read the versions
 * in it.
 *
 * Listing a directory here asks the service nothing, with one exception: a job's directory, if the
 * service was not asked for the job lately (version_text.c). The versions are 1 to the newest one
 * that the service has shown. So `find .coc` costs at most one call for each job file, and none
 * within `refresh`. The size of a version is known only after its text was read. So a stat of a
 * version whose text is not kept asks the service for that version (version_text.c). LOOKUP gives
 * the attributes of such a version a timeout of 0, so that each stat reaches cocfs.
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

/* What a node below .coc/versions is; stored in node->sibling. TREE_DIRECTORY: a directory of the
 * space; TREE_JOB: the directory of a job file; TREE_VERSION: the file of a version. */
enum { TREE_NONE, TREE_DIRECTORY, TREE_JOB, TREE_VERSION };

/* What a node of the tree, or a name in it, stands for. */
struct tree_part {
	uint8_t kind;
	int64_t version;	      /* of a TREE_VERSION; otherwise 0 */
	struct version_source source; /* of a TREE_DIRECTORY: only st is set, the directory's */
};

static const struct node *root_of(const struct space *space)
{
	return &space->nodes.control[CONTROL_VERSIONS];
}

bool version_tree_has(const struct space *space, const struct node *node)
{
	return node->kind == NODE_CONTROL && (node == root_of(space) || node->sibling);
}

/* ---- what a node of the tree stands for ---- */

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

/* stat(2) of a path of the spool; "": its root. Follows no symbolic link in the path: the result is
 * -ENOENT then. Returns 0 or -errno. */
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

/* Finds the job of the import at a path (an import: a job that no path of the ledger has, shown as
 * a file). source->st must have the attributes of its file; they become those that the mount shows.
 * Returns 0, -ENOENT (no import) or another -errno. */
static int find_import(struct space *space, const char *path, struct version_source *source)
{
	_cleanup_import_record_ struct import_record import = {0};
	int r = strchr(path, '/') ? -ENOENT : imports_find(space->engine, path, &import);

	if (r < 0)
		return r;
	snprintf(source->job_id, sizeof(source->job_id), "%s", import.job_id);
	source->newest = import_newest(&import);
	import_show(space, &source->st);
	return 0;
}

/* Finds the job of the file at a path. source->st must have the attributes of the file in the
 * spool; they become those that the mount shows. The file may be an import too. Returns 0, -ENOENT
 * (no job) or another -errno. */
static int find_job(struct space *space, const char *path, struct version_source *source)
{
	struct freshness fresh;
	int r = freshness_find(space->engine, path, &fresh);

	if (r == -ENOENT)
		return find_import(space, path, source);
	if (r == 0 && !claim_is_of(space, &fresh.holding, source->st.st_uid))
		r = -ENOENT;
	if (r < 0)
		return r;
	memcpy(source->job_id, fresh.job_id, sizeof(source->job_id));
	source->newest = fresh.newest;
	source->row = fresh.row;
	source->is_due = !fresh.due_ms && file_version_can_check(space);
	source->hidden = fresh.hidden;
	source->hidden_uid = fresh.has_hidden_uid ? fresh.hidden_uid : space->uid;
	view_apply(&space->options->view, &source->st);
	return 0;
}

/* Finds what a path of the space is: a directory, or a job file with a job, or an import. Returns
 * 0, -ENOENT (none of these) or another -errno. */
static int find_part_at(struct space *space, const char *path, struct tree_part *ret_part)
{
	struct tree_part part = {.kind = TREE_JOB};
	int r = stat_path(space, path, &part.source.st);

	if (r < 0)
		return r;
	if (S_ISDIR(part.source.st.st_mode)) {
		part.kind = TREE_DIRECTORY;
		view_apply(&space->options->view, &part.source.st);
	} else {
		r = S_ISREG(part.source.st.st_mode) ? find_job(space, path, &part.source) : -ENOENT;
	}
	if (r == 0)
		*ret_part = part;
	return r;
}

int version_tree_find(struct space *space, const char *path, struct version_source *ret_source)
{
	struct tree_part part;
	int r = find_part_at(space, path, &part);

	if (r == 0 && part.kind != TREE_JOB)
		r = -ENOENT;
	if (r == 0)
		*ret_source = part.source;
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

/* Returns the number of the version that a file name stands for: 2 for "v2.yaml". 0: the name is
 * not of this form. */
static int64_t version_of_name(const char *name)
{
	size_t length = strlen(name), suffix = strlen(".yaml");

	return length > suffix && !strcmp(name + length - suffix, ".yaml")
		       ? version_number_of(name, length - suffix)
		       : 0;
}

/* Finds what a node of the tree stands for. Returns 0; -ENOENT: the space does not have that
 * directory or job file any more; or another -errno. */
static int find_node_part(struct space *space, const struct node *node, struct tree_part *ret_part)
{
	const bool is_version = node->sibling == TREE_VERSION;
	_cleanup_free_ char *path = NULL;
	struct tree_part part;
	int r = version_tree_path(space, is_version ? node->link.parent : node, NULL, &path);

	if (r == 0)
		r = find_part_at(space, path, &part);
	if (r == 0 && part.kind != (is_version ? TREE_JOB : node->sibling))
		r = -ENOENT;
	if (r < 0)
		return r;
	part.kind = node->sibling;
	part.version = is_version ? version_of_name(node->link.name) : 0;
	*ret_part = part;
	return 0;
}

int version_tree_source(struct space *space, const struct node *node,
			struct version_source *ret_source, int64_t *ret_version)
{
	struct tree_part part;
	int r = node->sibling == TREE_JOB || node->sibling == TREE_VERSION
			? find_node_part(space, node, &part)
			: -ENOENT;

	if (r < 0)
		return r;
	*ret_source = part.source;
	*ret_version = part.version;
	return 0;
}

/* ---- attributes ---- */

/* Returns the attributes of a node of the tree: owner and times of `of`, and this type and mode. */
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

/* Returns type and mode of a file or directory in the tree: the read bits of `of`. A directory also
 * gets a search bit for each read bit. Its owner may write in it: so the answer to a new name is
 * our EPERM and not the kernel's EACCES. */
static mode_t read_bits(const struct stat *of, bool is_dir)
{
	mode_t bits = of->st_mode & 0444;

	return is_dir ? S_IFDIR | bits | bits >> 2 | (bits & 0400) >> 1 : S_IFREG | bits;
}

/* Returns the text of the version that part names, if memory still has the text. NULL: it has not,
 * or part is no version. */
static const struct version_text *kept_text(struct space *space, const struct tree_part *part)
{
	return part->version ? version_text_find(space, part->source.job_id, part->version) : NULL;
}

/* Finds the attributes that a version, or a job's directory, takes its owner and mode from. They
 * are those of the job file. For a hidden version (1 to source->hidden) they are those of a file
 * that only the former owner may read. */
static struct stat find_shown(const struct space *space, const struct tree_part *part)
{
	const struct version_source *source = &part->source;
	struct stat st = source->st;

	if (!part->version || part->version > source->hidden)
		return st;
	st.st_uid = source->hidden_uid;
	st.st_gid = space->gid; /* the mode gives the group no rights */
	st.st_mode = S_IFREG | 0400;
	view_apply(&space->options->view, &st);
	return st;
}

static struct stat show_part(struct space *space, const struct node *node,
			     const struct tree_part *part)
{
	const struct stat shown = find_shown(space, part), *of = &shown;
	const struct version_text *text = kept_text(space, part);
	struct stat st = show_node(node, of,
				   part->kind == TREE_DIRECTORY ? S_IFDIR | (of->st_mode & 0777)
								: read_bits(of, !part->version));

	if (text) {
		st.st_size = (off_t)text->size;
		st.st_mtim.tv_sec = text->update_ms / 1000;
		st.st_mtim.tv_nsec = text->update_ms % 1000 * 1000000;
	}
	return st;
}

int version_tree_stat(struct space *space, const struct node *node, struct stat *ret_st)
{
	struct tree_part part;
	int r = find_node_part(space, node, &part);

	if (r == 0 && part.version > part.source.newest)
		r = -ENOENT;
	if (r == 0)
		*ret_st = show_part(space, node, &part);
	return r;
}

/* Finds what a name in a directory of the tree stands for. Returns 0, -ENOENT (nothing) or another
 * -errno. */
static int find_part(struct space *space, const struct node *parent, const char *name,
		     struct tree_part *ret_part)
{
	_cleanup_free_ char *path = NULL;
	struct tree_part part;
	int r;

	if (parent->sibling != TREE_JOB) {
		r = name[0] == '.' ? -ENOENT : version_tree_path(space, parent, name, &path);
		return r < 0 ? r : find_part_at(space, path, ret_part);
	}
	r = find_node_part(space, parent, &part);
	if (r < 0)
		return r;
	part.kind = TREE_VERSION;
	part.version = version_of_name(name);
	if (!part.version || part.version > part.source.newest)
		return -ENOENT;
	*ret_part = part;
	return 0;
}

int version_tree_fill(struct space *space, struct node *parent, const char *name,
		      struct fuse_entry_param *ret_entry)
{
	struct fuse_entry_param entry = {.attr_timeout = LOOKED_UP_S,
					 .entry_timeout = UNKEPT_TIMEOUT_S};
	struct tree_part part;
	struct node *node;
	int r = find_part(space, parent, name, &part);

	if (r < 0)
		return r;
	r = node_enter_derived(&space->nodes, parent, name, NODE_CONTROL, part.kind, &node);
	if (r < 0)
		return r;
	node->sibling = part.kind; /* a known node: its name may stand for another kind now */
	entry.attr = show_part(space, node, &part);
	if (part.version && !kept_text(space, &part))
		entry.attr_timeout = 0;
	entry.ino = node_id(&space->nodes, node);
	*ret_entry = entry;
	return 0;
}
