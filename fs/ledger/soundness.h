/* SPDX-License-Identifier: MIT */
#ifndef COCFS_LEDGER_SOUNDNESS_H
#define COCFS_LEDGER_SOUNDNESS_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

/* SQLite's check of a whole ledger, and the error that reports damage. */

/* May the check of a ledger wait until the mount is in use? Yes, if the ledger is large (size in
 * bytes): its check takes long. */
bool ledger_check_may_wait(int64_t size);

/* When the damage was found. While the ledger is opened: nothing is mounted. While the mount is in
 * use: nothing is sent any more. */
enum damage_found { DAMAGE_AT_MOUNT, DAMAGE_IN_MOUNT };

/* Fills err with the damage of the ledger at path. said: SQLite's words for the damage, or "".
 * Returns -EUCLEAN. */
int ledger_explain_damage(const char *path, enum damage_found found, const char *said,
			  struct err *err);

/* Checks all that db can read. path is for messages. Returns 0, -EUCLEAN if the ledger is damaged,
 * or -ENOMEM; err is filled on failure. */
int ledger_check_all(sqlite3 *db, const char *path, enum damage_found found, struct err *err);

#endif
