/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_VERSION_TREE_H
#define COCFS_SPACE_VERSION_TREE_H

#include "bounds/api.h"
#include "space/space.h"

/*
 * .coc/versions: the directories of the space again. Each job file is a directory there, with a
 * file vN.yaml for each version of its job. version_tree.c has the essay. version_text.h has the
 * texts.
 */

/* A job file, and the job whose versions are shown for it. */
struct version_source {
	char job_id[COC_DOCUMENT_ID_ROOM];
	int64_t newest; /* as it was seen last */
	bool is_due;	/* the service was not asked for it lately, and can be asked */
	int64_t row;	/* of a binding; 0: it is an import */
	struct stat st; /* of the job file, as the mount shows it */
	/* versions 1 to hidden are another user's: the job has come to a file of a user who
	 * could not read the file before */
	int64_t hidden;
	uid_t hidden_uid;
};

/* Is a node one of the tree, be it the root of it? */
bool version_tree_has(const struct space *space, const struct node *node);

/* Fills the answer for a name of a directory of the tree, as entry_fill() does. -ENOENT: there is
 * none. */
int version_tree_fill(struct space *space, struct node *parent, const char *name,
		      struct fuse_entry_param *ret_entry);

/* The attributes of a node of the tree but its root. The size of a version is 0 if its text is not
 * kept: version_text_await(). Returns 0, -ENOENT or another -errno. */
int version_tree_stat(struct space *space, const struct node *node, struct stat *ret_st);

/* What a node of the tree shows: the job, and (a file) *ret_version; else 0. -ENOENT: none, as it
 * is a directory of the space, or the file is gone. */
int version_tree_source(struct space *space, const struct node *node,
			struct version_source *ret_source, int64_t *ret_version);

/* Is a node the directory of a job file? */
bool version_tree_is_job(const struct node *node);

/* ---- by path ---- */

/* The path in the space of a name below a node of the tree (name NULL: of the node), allocated. 0,
 * -ENOMEM or -ENAMETOOLONG. */
int version_tree_path(const struct space *space, const struct node *node, const char *name,
		      char **ret_path);

/* The job of a path. -ENOENT: the path has none. */
int version_tree_find(struct space *space, const char *path, struct version_source *ret_source);

/* Is a path a directory of the space? */
bool version_tree_is_directory(const struct space *space, const char *path);

#endif
