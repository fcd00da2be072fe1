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

/* Makes the fake disk the default VFS of SQLite. Call it before the first ledger_open(). */
void fake_disk_begin(void);

/* Forgets what the fake disk knows of all files. Call this between two tests, when no file is
 * open. */
void fake_disk_forget(void);

/* Writes fail with errnum from now on: a positive errno of write(2), ENOSPC or EIO. 0: they work
 * again. */
void fake_disk_fail_writes(int errnum);

/* Lets all syncs of files fail with EIO from now on (failing), or lets them succeed again. */
void fake_disk_fail_syncs(bool failing);

/* The process counts as dead: its writes, truncations, syncs and deletions of files fail, until
 * fake_disk_revive(). */
void fake_disk_freeze(void);
void fake_disk_revive(void);

/* Cuts the power: the files go back to what was synced. chance says for each block that was written
 * after the last sync whether the block survives; NULL: none survives. A block whose sync failed is
 * lost in any case. Close the files before. */
void fake_disk_lose_power(bool (*chance)(void *data), void *data);

/* Has a sync in a thread begun that has not ended? */
bool fake_disk_is_syncing(void);

/* Ends the sync that fake_disk_is_syncing() reports; there must be one. The sync fails with -EIO if
 * syncs fail now, or if a sync by SQLite has failed meanwhile. The callback of the sync runs
 * in the loop's next iteration. */
void fake_disk_end_sync(void);

/* Has a check of the ledger begun that fake_disk_run_check() has not run yet? */
bool fake_disk_is_checking(void);

/* Runs the check that has begun; there must be one. It reads what the ledger's file has at this
 * moment, unless the check was stopped before. Its callback runs in the loop's next iteration. */
void fake_disk_run_check(void);

/* Returns how many syncs of files have succeeded since fake_disk_forget(). */
uint64_t fake_disk_syncs(void);

#endif
