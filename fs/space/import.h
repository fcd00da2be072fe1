/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_IMPORT_H
#define COCFS_SPACE_IMPORT_H

#include "job/import.h"
#include "space/space.h"

/* Imports: jobs of the service that have no binding here, shown as files in the root. Which files
 * are imports, and what the mount shows of them. */

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

/* Finds what the siblings of a path show, as submit_glance() does. If the path has no row but is an
 * import's, finds the import's siblings, and *ret_is_import is true. Returns 0, -ENOENT (the ledger
 * knows neither a row nor an import) or another -errno. */
int import_glance_path(struct space *space, const char *path, struct job_glance *ret_seen,
		       bool *ret_is_import);

/* Finds the row of a path, as submit_find() does. For the path of an import, *ret_job is the row
 * that the import would have. Returns 0, -ENOENT (neither row nor import) or another -errno. */
int import_find_path(struct space *space, const char *path, struct job_record *ret_job);

/* Returns the permission bits of an import's file before the mount options umask= and fmask= change
 * them: 0644 on a mount of one user; 0600 if several users may use the mount. */
mode_t import_mode(const struct space *space);

/* Replaces owner and mode in *st, which are those of an import's file in the spool, by the values
 * that the mount shows. With jobs=read the shown mode has no write bit. */
void import_show(const struct space *space, struct stat *st);

/* Replaces owner and mode in *st, which are those of any file in the spool, by the values that the
 * mount shows. *ret_due is true if the file is an import, and the service must be asked before a
 * program sees its attributes or content; otherwise false. Returns 0 or -errno. */
int import_view(struct space *space, const struct node *parent, const char *name, struct stat *st,
		bool *ret_due);

/* Is a name an import, and must the service be asked before a program sees its attributes? If the
 * ledger cannot be read, the answer is yes. */
bool import_is_due(struct space *space, const struct node *parent, const char *name);

/* Returns true if a name is an import that must not be listed yet. Imports are listed only when the
 * first scan of the service's list is whole, so that no program takes a part of the jobs for all
 * jobs. */
bool import_is_unlisted(struct space *space, const struct node *parent, const char *name);

/* Returns how many seconds the kernel may believe that a name exists (is_there), or that it does
 * not exist (!is_there). A name that may be an import's gets at most the time of refresh=, and none
 * while no file has the name. */
double import_name_timeout_s(const struct space *space, const struct node *parent, const char *name,
			     bool is_there);

#endif
