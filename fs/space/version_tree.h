/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_VERSION_TREE_H
#define COCFS_SPACE_VERSION_TREE_H

#include "bounds/api.h"
#include "space/space.h"

/*
 * .coc/versions has the directories of the space again, as a tree. Each job file of the space is a
 * directory there, with a file vN.yaml for each version of its job. The essay is in version_tree.c;
 * version_text.h has the texts.
 */

/* A job file, and the job whose versions the tree shows for it. */
struct version_source {
	char job_id[COC_DOCUMENT_ID_ROOM];
	int64_t newest; /* the newest version of the job that the service has shown */
	/* a check is due: the service was not asked for the job lately, and can be asked */
	bool is_due;
	int64_t row;	/* the job file's row in the ledger; 0: an import, without a row */
	struct stat st; /* of the job file, as the mount shows it */
	/* The versions 1 to `hidden` are from files of other users, which the user of this file
	 * could not read. hidden_uid: that user; if there were several, the user who mounts. */
	int64_t hidden;
	uid_t hidden_uid;
};

/* Is a node in the tree of .coc/versions, or the root of that tree? */
bool version_tree_has(const struct space *space, const struct node *node);

/* Looks up a name in a directory of the tree. Fills *ret_entry, and counts a reference for the
 * kernel: send *ret_entry once, or call node_forget(). Returns 0, -ENOENT (no such name) or another
 * -errno. */
int version_tree_fill(struct space *space, struct node *parent, const char *name,
		      struct fuse_entry_param *ret_entry);

/* Finds the attributes of a node of the tree. Do not call this function for the root of the tree.
 * The size of a version is 0 if its text is not kept: call version_text_await() first. Returns 0,
 * -ENOENT or another -errno. */
int version_tree_stat(struct space *space, const struct node *node, struct stat *ret_st);

/* Finds the job that a node of the tree shows. *ret_version: the version if the node is a file,
 * otherwise 0. Returns 0, -ENOENT (the node is a directory of the space, or the job file is gone)
 * or another -errno. */
int version_tree_source(struct space *space, const struct node *node,
			struct version_source *ret_source, int64_t *ret_version);

/* Does a node of .coc/versions stand for a job file? Such a node is a directory with the versions
 * of its job. */
bool version_tree_is_job(const struct node *node);

/* ---- paths of the space that the tree shows ---- */

/* Finds the path in the space that a node of the tree stands for; if name is not NULL, the path of
 * that name below the node. Returns 0 and an allocated path, -ENOMEM or -ENAMETOOLONG. */
int version_tree_path(const struct space *space, const struct node *node, const char *name,
		      char **ret_path);

/* Finds the job of a path of the space. Returns 0, -ENOENT (the path has no job) or another
 * -errno. */
int version_tree_find(struct space *space, const char *path, struct version_source *ret_source);

/* Has the space (not .coc/versions) a directory with this path? No also if the path cannot be
 * looked at. */
bool version_tree_is_directory(const struct space *space, const char *path);

#endif
