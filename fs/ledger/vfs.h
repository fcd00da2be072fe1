/* SPDX-License-Identifier: MIT */
#ifndef COCFS_LEDGER_VFS_H
#define COCFS_LEDGER_VFS_H

#include <sqlite3.h>

#define LEDGER_VFS "cocfs-ledger"

/* Makes SQLite's VFS LEDGER_VFS known: the default one, with fewer writes of a write-ahead log. It
 * may be called again. Returns 0 or -errno. */
int ledger_vfs_begin(void);

/* A sync of an open log of this VFS failed that was not asked of the VFS (one that was, it knows
 * of), or may have failed before the log was opened. All of the log is written again. */
void ledger_vfs_sync_failed(sqlite3_file *log);

/* Call it before a sync that is not asked of the VFS: if the log could not be written again after a
 * sync that failed, it is now. An SQLite result code. */
int ledger_vfs_fill_gaps(sqlite3_file *log);

#endif
