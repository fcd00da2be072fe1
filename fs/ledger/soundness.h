/* SPDX-License-Identifier: MIT */
#ifndef COCFS_LEDGER_SOUNDNESS_H
#define COCFS_LEDGER_SOUNDNESS_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

/* SQLite's check of a whole ledger, and the error that reports damage. */

/* May the check of a ledger of so many bytes wait, by its size? */
bool ledger_check_may_wait(int64_t size);

/* What damage means: to the mount that finds it when it opens the ledger, and to one that is there.
 */
enum damage_found { DAMAGE_AT_MOUNT, DAMAGE_IN_MOUNT };

/* Fills err. said: SQLite's words for the damage, or "". Returns -EUCLEAN. */
int ledger_explain_damage(const char *path, enum damage_found found, const char *said,
			  struct err *err);

/* Checks all that db can read. path is for messages. Returns 0; -EUCLEAN: it is damaged; -ENOMEM;
 * err is filled. */
int ledger_check_all(sqlite3 *db, const char *path, enum damage_found found, struct err *err);

#endif
