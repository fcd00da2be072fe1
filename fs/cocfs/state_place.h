/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COCFS_STATE_PLACE_H
#define COCFS_COCFS_STATE_PLACE_H

#include "base/err.h"

/*
 * Where the space of a SOURCE (coc_source_canonical()) is kept if nobody says so. If a directory
 * has a ledger and the name of the source in any spelling, it is that directory. Else it is the
 * directory of the source's own name. What cannot be seen is refused: an empty space would make
 * each job a second time. Returns 0 and an allocated path; -EEXIST: several have a ledger, and each
 * may have bindings that the others lack; or another -errno. err is filled.
 */
int state_place_find(const char *source, char **ret_path, struct err *err);

#endif
