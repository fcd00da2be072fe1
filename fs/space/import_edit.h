/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_IMPORT_EDIT_H
#define COCFS_SPACE_IMPORT_EDIT_H

#include "space/import_fetch.h"
#include "space/space.h"

/* What users do to imports: import_edit.c has the essay. */

/*
 * A request is about to change the file of a node, to put another one in its place, or to move it
 * away. Returns false: go on at once; it is no import, or was one and is bound to its job now. Else
 * the request is taken. With jobs=read it is refused, and the .error and the log say which option
 * allows it. With jobs=all the content is fetched or checked first, and the path is bound to the
 * job; then again is called, as ready of import_await(), to begin the request anew. A user who may
 * not write the import is refused: EACCES.
 */
bool import_edit(fuse_req_t req, struct node *node, const void *data, size_t size,
		 request_again_fn *again);

/* A request on a name was refused: err is the .error of the import. A row of the path would make
 * another file of it. Returns 1; 0: it is no import; or -errno. */
int import_tell(struct space *space, const struct node *parent, const char *name,
		const struct err *err);

/* A request is about to make a name in a directory. A name in the root that an import has had, and
 * that has no file, is the user's from now on. With jobs=all the name of a removed import that was
 * fetched is bound to its job, for the tools that remove a file before they write it anew. Not for
 * a user who may not write the import. Returns 0 or -errno. */
int import_make_way(struct space *space, fuse_req_t req, const struct node *parent,
		    const char *name);

/* The file of a name was removed: if it was an import, its job is not shown again. Returns 0 or
 * -errno. */
int import_removed(struct space *space, const struct node *parent, const char *name);

/* The .error of an import is removed. Returns 0, -ENOENT: it is no import, or has none; or
 * -errno. */
int import_dismiss(struct space *space, const struct node *parent, const char *name);

#endif
