/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COCFS_STATE_PLACE_H
#define COCFS_COCFS_STATE_PLACE_H

#include "base/err.h"

/*
 * Finds the default state directory of a SOURCE, in the spelling of coc_source_canonical(). If a
 * directory there has a ledger and is named after the source, in any spelling, the path is that
 * directory's. Otherwise the path has the source's name in this spelling, and need not exist. A
 * directory that cannot be looked into is an error: with a new empty state directory cocfs would
 * make each job a second time.
 *
 * Returns 0 and a path that the caller frees. On failure fills err. Returns -EEXIST if several such
 * directories have a ledger: each may have bindings that the others lack, so the user has to
 * choose. Otherwise returns another -errno.
 */
int state_place_find(const char *source, char **ret_path, struct err *err);

#endif
