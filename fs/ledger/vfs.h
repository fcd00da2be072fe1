/* SPDX-License-Identifier: MIT */
#ifndef COCFS_LEDGER_VFS_H
#define COCFS_LEDGER_VFS_H

#include <sqlite3.h>
#include <stddef.h>

#define LEDGER_VFS "cocfs-ledger"

/* Registers LEDGER_VFS: SQLite's default VFS, but with fewer writes for a write-ahead log. May be
 * called again. Returns 0 or -errno. */
int ledger_vfs_begin(void);

/* Call this when a sync of an open log has failed that was not made through this VFS, or may have
 * failed before the log was opened. Writes the whole log again; if that fails, the next sync tries
 * again. */
void ledger_vfs_sync_failed(sqlite3_file *log);

/* Call this before a sync that is not made through this VFS. If a sync failed before and the log
 * could not be written again, writes it now. Returns an SQLite result code. */
int ledger_vfs_fill_gaps(sqlite3_file *log);

/* A VFS on top of SQLite's default VFS. Only the opening of a file differs. */
struct vfs_layer {
	sqlite3_vfs vfs;    /* a copy of the default VFS, under another name */
	sqlite3_vfs *below; /* the default VFS */
};

/* As xOpen of a VFS (sqlite.org/c3ref/vfs.html). */
typedef int vfs_open_fn(sqlite3_vfs *self, const char *name, sqlite3_file *file, int flags,
			int *ret_flags);

/*
 * Registers a VFS on top of the default VFS, once for the process. new_layer must stay until the
 * process ends. size: bytes that open_file needs in front of a file of the default VFS; both are in
 * one piece of memory. Returns 0, also if there is a VFS of this name already, or -errno.
 */
int vfs_layer_begin(struct vfs_layer *new_layer, const char *name, size_t size,
		    vfs_open_fn *open_file);

#endif
