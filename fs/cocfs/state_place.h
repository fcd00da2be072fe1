/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COCFS_STATE_PLACE_H
#define COCFS_COCFS_STATE_PLACE_H

#include "base/err.h"

/*
 * Finds the default state directory of a SOURCE (see coc_source_canonical()). A directory that has
 * a ledger, and is named after the source in any spelling, is taken. Otherwise it is the directory
 * of the source's own name. A directory that cannot be looked into is an error: a new empty space
 * would make each job a second time.
 *
 * Returns 0 and a path that the caller frees. Returns -EEXIST if several directories have a ledger:
 * each may have bindings that the others lack. Returns another -errno. err is filled.
 */
int state_place_find(const char *source, char **ret_path, struct err *err);

#endif
