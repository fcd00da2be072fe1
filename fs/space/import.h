/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_IMPORT_H
#define COCFS_SPACE_IMPORT_H

#include "job/import.h"
#include "space/space.h"

/* Imports as files of the root: which file is one, and how it is shown. */

/* Finds the import that a name of a directory is. -ENOENT: it is none. */
int import_find(struct space *space, const struct node *parent, const char *name,
		struct import_record *ret_import);

/* Is a name of a directory an import? What cannot be told counts for one. */
bool import_is(struct space *space, const struct node *parent, const char *name);

/* The same for a node. */
bool import_is_node(struct space *space, const struct node *node);

/* The same as import_find() for a node. */
int import_find_node(struct space *space, const struct node *node,
		     struct import_record *ret_import);

/* The siblings of a path, as submit_glance() tells them; also those of an import,
 * which *ret_is_import tells. -ENOENT: never heard of. */
int import_glance_path(struct space *space, const char *path, struct job_glance *ret_seen,
		       bool *ret_is_import);

/* The row of a path, as submit_find() tells it, or what an import would have in one. -ENOENT: never
 * heard of. */
int import_find_path(struct space *space, const char *path, struct job_record *ret_job);

/* The mode of an import's file, unless the mount shows another one. */
mode_t import_mode(const struct space *space);

/* Makes of what the spool has of an import what is shown. With jobs=read nobody may write. */
void import_show(const struct space *space, struct stat *st);

/* What the spool has of a name is made what is shown, be it an import. *ret_due: the service has to
 * be asked before anybody sees its attributes or its content. Returns 0 or -errno. */
int import_view(struct space *space, const struct node *parent, const char *name, struct stat *st,
		bool *ret_due);

/* Is a name an import whose attributes nobody may see before the service was asked? */
bool import_is_due(struct space *space, const struct node *parent, const char *name);

/* Is a name an import that is not to be listed yet, as it is one of a part? */
bool import_is_unlisted(struct space *space, const struct node *parent, const char *name);

/* For so long the kernel may take a name of a directory for there, or for not there. */
double import_name_timeout_s(const struct space *space, const struct node *parent, const char *name,
			     bool is_there);

#endif
