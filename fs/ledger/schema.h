/* SPDX-License-Identifier: MIT */
#ifndef COCFS_LEDGER_SCHEMA_H
#define COCFS_LEDGER_SCHEMA_H

#include "ledger/db.h"

/* Makes the tables of a ledger, or upgrades those of an older version. */

/* Makes the tables in a new ledger, and records source. path is for messages. Returns 0, or -errno
 * with err filled. */
int ledger_make_schema(sqlite3 *db, const char *path, const char *source, struct err *err);

/* Upgrades a ledger from `version` (at least 1, at most LEDGER_SCHEMA_VERSION) to
 * LEDGER_SCHEMA_VERSION. On failure the ledger stays as it was. Returns 0, or -errno with err
 * filled. */
int ledger_upgrade(sqlite3 *db, const char *path, int64_t version, struct err *err);

#endif
