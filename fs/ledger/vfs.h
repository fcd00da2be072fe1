/* SPDX-License-Identifier: MIT */
#ifndef COCFS_LEDGER_VFS_H
#define COCFS_LEDGER_VFS_H

#include <sqlite3.h>

#define LEDGER_VFS "cocfs-ledger"

/* Registers LEDGER_VFS: SQLite's default VFS, but with fewer writes for a write-ahead log. May be
 * called again. Returns 0 or -errno. */
int ledger_vfs_begin(void);

/* Call this when a sync of an open log has failed that was not made through this VFS, or may have
 * failed before the log was opened. Writes the whole log again. */
void ledger_vfs_sync_failed(sqlite3_file *log);

/* Call this before a sync that is not made through this VFS. If a sync failed before and the log
 * could not be written again, writes it now. Returns an SQLite result code. */
int ledger_vfs_fill_gaps(sqlite3_file *log);

#endif
