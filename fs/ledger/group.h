/* SPDX-License-Identifier: MIT */
#ifndef COCFS_LEDGER_GROUP_H
#define COCFS_LEDGER_GROUP_H

#include "ledger/db.h"

/* Writes that are done together or not at all. */

/* Begins writes that are done together or not at all. Returns 0; -errno, and none has begun. */
int ledger_group_begin(struct ledger *ledger);

/* Ends them: undoes them if r, what they came to, is negative. Returns r, or -errno when they could
 * not be ended: then everything since the last commit is undone. */
int ledger_group_end(struct ledger *ledger, int r);

#endif
