/* SPDX-License-Identifier: MIT */
#ifndef COCFS_TESTS_FAKE_DISK_H
#define COCFS_TESTS_FAKE_DISK_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The disk below the ledger, as a VFS of SQLite's: it knows of each block what of it is durable. So
 * the power can go at any moment, within the process, and the files are cut to what was synced. A
 * sync that fails drops what it should have written, as Linux does: only what is written again can
 * be made durable later.
 *
 * It has the functions of submit/sync_thread.h, too, in the place of the thread: the test says when
 * a sync ends, and with what. The same for submit/check_thread.h: the test says when the check of
 * the ledger runs.
 */

/* Makes the VFS the default one: call it before the first ledger_open(). */
void fake_disk_begin(void);

/* Forgets all files. */
void fake_disk_forget(void);

/* From here on writes fail: a positive errno of write(2), ENOSPC or EIO; 0: they work again. */
void fake_disk_fail_writes(int errnum);

/* Syncs fail with EIO. */
void fake_disk_fail_syncs(bool failing);

/* The process is dead: nothing that it does reaches the files. Until fake_disk_revive(). */
void fake_disk_freeze(void);
void fake_disk_revive(void);

/* The power goes: the files are what was synced. Of each block that was not, chance (which may be
 * NULL: no) says whether it survived. The files must be closed. */
void fake_disk_lose_power(bool (*chance)(void *data), void *data);

/* Is a sync apart from the loop under way? */
bool fake_disk_is_syncing(void);

/* It ends; done is called in the loop's next iteration. */
void fake_disk_end_sync(void);

/* Is the ledger being checked? */
bool fake_disk_is_checking(void);

/* The check runs; its end is told in the loop's next iteration. What the file has at this moment is
 * checked, unless the check was stopped before. */
void fake_disk_run_check(void);

/* How many syncs have ended well. */
uint64_t fake_disk_syncs(void);

#endif
