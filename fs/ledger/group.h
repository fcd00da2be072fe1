/* SPDX-License-Identifier: MIT */
#ifndef COCFS_LEDGER_GROUP_H
#define COCFS_LEDGER_GROUP_H

#include "ledger/db.h"

/* A group of writes: either every write is done, or none. */

/* Begins a group of writes. Returns 0, or -errno if no group has begun. */
int ledger_group_begin(struct ledger *ledger);

/* Ends a group. r: the result of its writes; undoes them if r is negative. Returns r, or -errno if
 * the group could not be ended: then everything since the last commit is undone. */
int ledger_group_end(struct ledger *ledger, int r);

#endif
