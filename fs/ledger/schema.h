/* SPDX-License-Identifier: MIT */
#ifndef COCFS_LEDGER_SCHEMA_H
#define COCFS_LEDGER_SCHEMA_H

#include "ledger/db.h"

/* The tables of a ledger: made, or brought from an older version. */

/* Makes the tables in a new ledger. Returns 0 or -errno with err filled. */
int ledger_make_schema(sqlite3 *db, const char *path, const char *source, struct err *err);

/* Makes a ledger of this version, at least 1, one of LEDGER_SCHEMA_VERSION, which is not less. On
 * failure the ledger is what it was before. Returns 0 or -errno with err filled. */
int ledger_upgrade(sqlite3 *db, const char *path, int64_t version, struct err *err);

#endif
