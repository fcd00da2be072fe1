/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_IMPORT_H
#define COCFS_SPACE_IMPORT_H

#include "job/import.h"
#include "space/space.h"

/* Imports as files of the root: which files are imports, and what the mount shows of them. */

/* Finds the import that has this name in a directory. Returns 0, -ENOENT (no import) or another
 * -errno. */
int import_find(struct space *space, const struct node *parent, const char *name,
		struct import_record *ret_import);

/* Does an import have this name in a directory? If the ledger cannot be read, the answer is yes. */
bool import_is(struct space *space, const struct node *parent, const char *name);

/* Is the file of a node an import? If the ledger cannot be read, the answer is yes. */
bool import_is_node(struct space *space, const struct node *node);

/* Finds the import that a node's file is. Returns 0, -ENOENT (no import) or another -errno. */
int import_find_node(struct space *space, const struct node *node,
		     struct import_record *ret_import);

/* Finds the siblings of a path, as submit_glance() does; for the path of an import too, and then
 * *ret_is_import is true. Returns 0, -ENOENT (the ledger knows neither a row nor an import) or
 * another -errno. */
int import_glance_path(struct space *space, const char *path, struct job_glance *ret_seen,
		       bool *ret_is_import);

/* Finds the row of a path, as submit_find() does. For the path of an import, *ret_job is the row
 * that the import would have. Returns 0, -ENOENT (neither row nor import) or another -errno. */
int import_find_path(struct space *space, const char *path, struct job_record *ret_job);

/* Returns the mode that an import's file has in the mount, before the options umask= and fmask=
 * change it. If several users use the mount, the mode differs. */
mode_t import_mode(const struct space *space);

/* Replaces owner and mode of an import's file by the values that the mount shows. With jobs=read no
 * user may write. */
void import_show(const struct space *space, struct stat *st);

/* Replaces the values of a spool's file by those that the mount shows; the file may be an import.
 * If *ret_due is true, the service must be asked before a program sees attributes or content.
 * Returns 0 or -errno. */
int import_view(struct space *space, const struct node *parent, const char *name, struct stat *st,
		bool *ret_due);

/* Is a name an import, and must the service be asked before a program sees its attributes? If the
 * ledger cannot be read, the answer is yes. */
bool import_is_due(struct space *space, const struct node *parent, const char *name);

/* Returns true if a name is an import that must not be listed yet. Imports are listed when the
 * first scan is whole, never a part of them. */
bool import_is_unlisted(struct space *space, const struct node *parent, const char *name);

/* Returns how many seconds the kernel may believe that a name exists, or that it does not exist. */
double import_name_timeout_s(const struct space *space, const struct node *parent, const char *name,
			     bool is_there);

#endif
