/* SPDX-License-Identifier: MIT */
#ifndef COCFS_TESTS_FAKE_DISK_H
#define COCFS_TESTS_FAKE_DISK_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The disk below the ledger, as a VFS of SQLite. It knows which blocks are durable. So a test can
 * cut the power at any moment, within the process: the files go back to what was synced. A sync
 * that fails drops the data that it should have written, as Linux does. Only data that is written
 * again can become durable later.
 *
 * The fake also has the functions of submit/sync_thread.h in place of that thread: the test says
 * when a sync ends, and with which result. The same holds for submit/check_thread.h: the test says
 * when the check of the ledger runs.
 */

/* Makes this VFS the default. Call it before the first ledger_open(). */
void fake_disk_begin(void);

/* Forgets all files. */
void fake_disk_forget(void);

/* Writes fail with errnum from now on: a positive errno of write(2), ENOSPC or EIO. 0: they work
 * again. */
void fake_disk_fail_writes(int errnum);

/* Says whether syncs fail with EIO from now on. */
void fake_disk_fail_syncs(bool failing);

/* The process counts as dead: nothing that it writes reaches the files, until
 * fake_disk_revive(). */
void fake_disk_freeze(void);
void fake_disk_revive(void);

/* Cuts the power: the files go back to what was synced. chance says for each block that was not
 * synced whether it survived; NULL: none survived. Close the files before. */
void fake_disk_lose_power(bool (*chance)(void *data), void *data);

/* Is a sync under way in the thread? */
bool fake_disk_is_syncing(void);

/* Ends the sync that is under way. Its callback runs in the loop's next iteration. */
void fake_disk_end_sync(void);

/* Is the ledger being checked? */
bool fake_disk_is_checking(void);

/* Runs the check on what the file has at this moment, unless the check was stopped before. The
 * loop's next iteration learns that it ended. */
void fake_disk_run_check(void);

/* Returns how many syncs have succeeded. */
uint64_t fake_disk_syncs(void);

#endif
