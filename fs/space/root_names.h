/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_ROOT_NAMES_H
#define COCFS_SPACE_ROOT_NAMES_H

#include "space/space.h"

/* The names of the spool's root, while many imports get theirs. root_names.c has the essay. */
struct root_names;

/* Reads the names, if they are few. Without memory, or with more names, nothing is known. */
void root_names_read(struct space *space);

/* Forgets them: a name of the root is made, or all imports have theirs. */
void root_names_forget(struct space *space);

/* Is it known that nothing in the root has this name? */
bool root_names_lack(const struct space *space, const char *name);

#endif
