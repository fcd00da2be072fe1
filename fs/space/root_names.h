/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_ROOT_NAMES_H
#define COCFS_SPACE_ROOT_NAMES_H

#include "space/space.h"

/* The names of the entries in the spool's root, read once while many imports get their names. The
 * essay is in root_names.c. */
struct root_names;

/* Reads the names of the root. If there are more than ROOT_NAMES_MAX, or on an error, no name is
 * known. */
void root_names_read(struct space *space);

/* Forgets the names. Call this function when a name of the root is made, or when all imports have
 * their names. */
void root_names_forget(struct space *space);

/* Returns true if it is known that the root has no file of this name. False: it has one, or nothing
 * is known. */
bool root_names_lack(const struct space *space, const char *name);

#endif
