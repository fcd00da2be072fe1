/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_IMPORT_AHEAD_H
#define COCFS_SPACE_IMPORT_AHEAD_H

#include "space/space.h"

/* Fetches imports before a program asks for them, while a program reads one import after the other.
 * An import is a job that no path of the ledger has, shown as a file. The essay is in
 * import_ahead.c. */

/* Call this function when a request waits for the content of an import that was never fetched. */
void import_ahead_note(struct space *space, const char *name);

/* Call this function when a fetch that import_fetch_ahead() has begun has ended. result is 0 or
 * -errno. */
void import_ahead_end(struct space *space, int result);

/* Begins no further fetch ahead until programs wait for IMPORT_AHEAD_AFTER imports in a row again.
 * Fetches under way go on. */
void import_ahead_stop(struct space *space);

#endif
