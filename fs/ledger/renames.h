/* SPDX-License-Identifier: MIT */
#ifndef COCFS_LEDGER_RENAMES_H
#define COCFS_LEDGER_RENAMES_H

#include "ledger/db.h"

/* Rows that a rename makes way for. */

/* Removes what is known of a path that no file has any more, if it is not bound and nothing of it
 * is unfinished. */
int ledger_clear_file(struct ledger *ledger, const char *path);

#endif
