/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_IMPORT_EDIT_H
#define COCFS_SPACE_IMPORT_EDIT_H

#include "space/space.h"

/* What users do to imports: import_edit.c has the essay. */

/* May a request change the file that a name of a directory is, or put another one in its place? 0,
 * also for what is no import; -EPERM: it is an import, which nobody may change. Then its .error and
 * the log say which option allows it. Another -errno: it cannot be told. */
int import_check_edit(struct space *space, const struct node *parent, const char *name);

/* The same for a node. */
int import_check_edit_node(struct space *space, const struct node *node);

/* A request is about to make a name in a directory. A name in the root that an import has had, and
 * that has no file, is the user's from now on. Returns 0 or -errno. */
int import_make_way(struct space *space, const struct node *parent, const char *name);

/* The file of a name was removed: if it was an import, its job is not shown again. Returns 0 or
 * -errno. */
int import_removed(struct space *space, const struct node *parent, const char *name);

/* The .error of an import is removed. Returns 0, -ENOENT: it is no import, or has none; or
 * -errno. */
int import_dismiss(struct space *space, const struct node *parent, const char *name);

#endif
