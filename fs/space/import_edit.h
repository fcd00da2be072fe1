/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_IMPORT_EDIT_H
#define COCFS_SPACE_IMPORT_EDIT_H

#include "space/import_fetch.h"
#include "space/space.h"

/* What users do to imports. The essay is in import_edit.c. */

/*
 * Call this function before a request changes the file of a node, replaces it, or moves it away.
 * Returns false if the request may go on at once: the file is no import (any more). Otherwise the
 * request is taken. With jobs=read it is refused, and .error and log say which option allows it.
 * With jobs=all the content is fetched or checked first, and the path is bound to the job. Then
 * again is called with a copy of size bytes at data, to begin the request anew. A user who may not
 * write the import gets EACCES.
 */
bool import_edit(fuse_req_t req, struct node *node, const void *data, size_t size,
		 request_again_fn *again);

/* Call this function when a request on a name was refused. If the name is an import, err becomes
 * its .error: a row would make a job file of the import. Returns 1; 0 if it is no import; or
 * -errno. */
int import_tell(struct space *space, const struct node *parent, const char *name,
		const struct err *err);

/* Call this function before a request makes a name in a directory. If an import has this name in
 * the root, but has no file, the name becomes the user's. With jobs=all the name of a removed
 * import that was fetched is bound to its job, for tools that remove a file before they write it
 * anew. If the user may not write the import, the name is not bound to its job. It becomes the
 * user's all the same. Returns 0 or -errno. */
int import_make_way(struct space *space, fuse_req_t req, const struct node *parent,
		    const char *name);

/* Call this function when the file of a name was removed. If it was an import, its job is not shown
 * again. Returns 0 or -errno. */
int import_removed(struct space *space, const struct node *parent, const char *name);

/* Removes the .error of an import. Returns 0, -ENOENT (no import, or no .error) or another
 * -errno. */
int import_dismiss(struct space *space, const struct node *parent, const char *name);

#endif
