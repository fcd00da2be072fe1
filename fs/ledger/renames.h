/* SPDX-License-Identifier: MIT */
#ifndef COCFS_LEDGER_RENAMES_H
#define COCFS_LEDGER_RENAMES_H

#include "ledger/db.h"

/* Removes rows that are in the way of a rename. */

/* Call this for a path that has no file any more: deletes its row. A row that is bound, or has an
 * unfinished submission, stays. Returns 0 or -errno. */
int ledger_clear_file(struct ledger *ledger, const char *path);

#endif
