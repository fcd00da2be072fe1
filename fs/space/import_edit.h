/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_IMPORT_EDIT_H
#define COCFS_SPACE_IMPORT_EDIT_H

#include "space/import_fetch.h"
#include "space/space.h"

/* What happens when a user changes, replaces, moves or removes an import, or makes a file with its
 * name. An import is a job that no path of the ledger has, shown as a file. The essay is in
 * import_edit.c. */

/*
 * Call this function before a request changes the file of a node, replaces it, or moves it away.
 * Returns false if the file is no import: the caller goes on with the request. Otherwise returns
 * true, and req is answered here or later. With jobs=read the answer is EPERM, and .error and log
 * say which option allows the change. With jobs=all the content is fetched or checked first, and
 * the path is bound to the job. Then the function `again` is called with a copy of the size bytes
 * at data, to begin the request anew. A user who may not write the import gets EACCES.
 */
bool import_edit(fuse_req_t req, struct node *node, const void *data, size_t size,
		 request_again_fn *again);

/* Call this function when a request on a name was refused with err. If the name is an import's,
 * stores err as the import's .error and returns 1. Then record err in no row: a row would make a
 * job file of the import. Returns 0 if the name is no import's; or -errno. */
int import_tell(struct space *space, const struct node *parent, const char *name,
		const struct err *err);

/* Call this function before a request makes a name in a directory. If an import has this name in
 * the root, but no file, the user's file gets the name, and the import will get another. With
 * jobs=all the name of a removed import that was fetched is bound to its job, for tools that remove
 * a file before they write it anew. If the user may not write the import, the user's file gets the
 * name without the job. Returns 0 or -errno: then the name must not be made. */
int import_make_way(struct space *space, fuse_req_t req, const struct node *parent,
		    const char *name);

/* Call this function when the file of a name was removed. If it was an import, its job stays on the
 * service, and is not shown as a file again. Returns 0, also if it was none, or -errno. */
int import_removed(struct space *space, const struct node *parent, const char *name);

/* Removes the .error of an import. Returns 0, -ENOENT (no import, or no .error) or another
 * -errno. */
int import_dismiss(struct space *space, const struct node *parent, const char *name);

#endif
