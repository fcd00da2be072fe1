/* SPDX-License-Identifier: MIT */
/*
 * SQLite writes a page to its write-ahead log in two pieces: a head of 24 bytes, and the page. The
 * two commits of a job have some eight pages. Each piece is a system call, and these cost more than
 * all else that SQLite does for the job. So this VFS gathers the pieces of a commit, as they follow
 * one another in the file. When the last piece is there, this VFS writes the pieces with one system
 * call: a head tells whether its page is the last of a commit.
 *
 * When SQLite is done with a commit, the commit is written, as always. No other process reads the
 * log meanwhile, since the ledger is locked. If a piece does not follow the last one, first what
 * was gathered is written, and then this piece.
 *
 * When a sync fails, the kernel drops what it could not write. Reads still show the dropped bytes,
 * and the next sync succeeds. The bytes that SQLite appends then would be behind a gap, and would
 * be lost with it if the power went. So after a failed sync the log is written again, as reads show
 * it.
 */
#define _GNU_SOURCE
#include "ledger/vfs.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define FRAME_HEAD 24 /* bytes of the head of a page in the log (SQLite's file format, 4.1) */
/* offset in the head: the size of the database at the end of a commit, else 0 */
#define FRAME_DB_SIZE 4
#define GATHER_MAX (1 << 16) /* bytes; a larger commit is written in several steps */

/* A log. The file of SQLite's own VFS follows it in the same piece of memory. */
struct log {
	sqlite3_file file;
	sqlite3_file *below;
	/* offset in the log at which the last write ended, gathered or not; -1: not known */
	sqlite3_int64 end;
	int gathered;  /* bytes before `end` that are not written yet */
	bool is_last;  /* the next page is the last one of its commit */
	bool has_gaps; /* a sync failed, so the disk may lack parts: write the log again */
	char *bytes;   /* room for GATHER_MAX bytes */
};

static struct vfs_layer layer;

static struct log *log_of(sqlite3_file *file)
{
	return (struct log *)file;
}

/* Writes what was gathered. If that fails, the gathered bytes are dropped: SQLite undoes its
 * transaction then. Returns an SQLite result code. */
static int flush_log(struct log *log)
{
	int n = log->gathered, code;

	if (!n)
		return SQLITE_OK;
	log->gathered = 0;
	code = log->below->pMethods->xWrite(log->below, log->bytes, n, log->end - n);
	if (code != SQLITE_OK)
		log->end = -1;
	return code;
}

static int write_through(struct log *log, const void *bytes, int n, sqlite3_int64 offset)
{
	int code = flush_log(log);

	if (code == SQLITE_OK)
		code = log->below->pMethods->xWrite(log->below, bytes, n, offset);
	log->end = code == SQLITE_OK ? offset + n : -1;
	return code;
}

static int log_write(sqlite3_file *file, const void *bytes, int n, sqlite3_int64 offset)
{
	struct log *log = log_of(file);
	bool is_last = log->is_last;
	int code;

	log->is_last =
		n == FRAME_HEAD && memcmp((const char *)bytes + FRAME_DB_SIZE, "\0\0\0\0", 4) != 0;
	if (offset != log->end || n > GATHER_MAX)
		return write_through(log, bytes, n, offset);
	code = n > GATHER_MAX - log->gathered ? flush_log(log) : SQLITE_OK;
	if (code != SQLITE_OK)
		return code;
	memcpy(log->bytes + log->gathered, bytes, (size_t)n);
	log->gathered += n;
	log->end += n;
	return is_last ? flush_log(log) : SQLITE_OK;
}

static int log_read(sqlite3_file *file, void *bytes, int n, sqlite3_int64 offset)
{
	struct log *log = log_of(file);
	int code = flush_log(log);

	return code == SQLITE_OK ? log->below->pMethods->xRead(log->below, bytes, n, offset) : code;
}

static int log_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	struct log *log = log_of(file);
	int code = flush_log(log);

	log->end = -1;
	return code == SQLITE_OK ? log->below->pMethods->xTruncate(log->below, size) : code;
}

/* Writes the whole log again as reads show it, so that the next sync writes also what the kernel
 * has dropped. Returns an SQLite result code. */
static int write_again(struct log *log)
{
	const sqlite3_io_methods *below_log = log->below->pMethods;
	sqlite3_int64 offset, size = 0;
	int code = flush_log(log);

	if (code == SQLITE_OK)
		code = below_log->xFileSize(log->below, &size);
	for (offset = 0; code == SQLITE_OK && offset < size; offset += GATHER_MAX) {
		int n = (int)(size - offset < GATHER_MAX ? size - offset : GATHER_MAX);

		code = below_log->xRead(log->below, log->bytes, n, offset);
		if (code == SQLITE_OK)
			code = below_log->xWrite(log->below, log->bytes, n, offset);
	}
	log->has_gaps = code != SQLITE_OK;
	return code;
}

static int log_sync(sqlite3_file *file, int flags)
{
	struct log *log = log_of(file);
	int code = log->has_gaps ? write_again(log) : flush_log(log);

	if (code == SQLITE_OK)
		code = log->below->pMethods->xSync(log->below, flags);
	if (code != SQLITE_OK)
		ledger_vfs_sync_failed(file);
	return code;
}

int ledger_vfs_fill_gaps(sqlite3_file *log)
{
	return log_of(log)->has_gaps ? write_again(log_of(log)) : SQLITE_OK;
}

void ledger_vfs_sync_failed(sqlite3_file *log)
{
	/* write now, because the kernel may forget the bytes; log_sync() tries again if this
	 * fails */
	write_again(log_of(log));
}

static int log_size(sqlite3_file *file, sqlite3_int64 *ret_size)
{
	struct log *log = log_of(file);
	int code = flush_log(log);

	return code == SQLITE_OK ? log->below->pMethods->xFileSize(log->below, ret_size) : code;
}

static int log_close(sqlite3_file *file)
{
	struct log *log = log_of(file);
	int code = flush_log(log), closed = log->below->pMethods->xClose(log->below);

	free(log->bytes);
	return code == SQLITE_OK ? closed : code;
}

static int log_lock(sqlite3_file *file, int level)
{
	return log_of(file)->below->pMethods->xLock(log_of(file)->below, level);
}

static int log_unlock(sqlite3_file *file, int level)
{
	return log_of(file)->below->pMethods->xUnlock(log_of(file)->below, level);
}

static int log_is_reserved(sqlite3_file *file, int *ret)
{
	return log_of(file)->below->pMethods->xCheckReservedLock(log_of(file)->below, ret);
}

static int log_control(sqlite3_file *file, int op, void *arg)
{
	return log_of(file)->below->pMethods->xFileControl(log_of(file)->below, op, arg);
}

static int log_sector_size(sqlite3_file *file)
{
	return log_of(file)->below->pMethods->xSectorSize(log_of(file)->below);
}

static int log_characteristics(sqlite3_file *file)
{
	return log_of(file)->below->pMethods->xDeviceCharacteristics(log_of(file)->below);
}

static const sqlite3_io_methods log_methods = {
	.iVersion = 1,
	.xClose = log_close,
	.xRead = log_read,
	.xWrite = log_write,
	.xTruncate = log_truncate,
	.xSync = log_sync,
	.xFileSize = log_size,
	.xLock = log_lock,
	.xUnlock = log_unlock,
	.xCheckReservedLock = log_is_reserved,
	.xFileControl = log_control,
	.xSectorSize = log_sector_size,
	.xDeviceCharacteristics = log_characteristics,
};

static int open_vfs_file(sqlite3_vfs *self, const char *name, sqlite3_file *file, int flags,
			 int *ret_flags)
{
	struct log *log = log_of(file);
	int code;

	(void)self;
	if (!(flags & SQLITE_OPEN_WAL))
		return layer.below->xOpen(layer.below, name, file, flags, ret_flags);
	*log = (struct log){
		.below = (sqlite3_file *)(log + 1), .end = -1, .bytes = malloc(GATHER_MAX)};
	code = log->bytes ? layer.below->xOpen(layer.below, name, log->below, flags, ret_flags)
			  : SQLITE_NOMEM;
	if (code != SQLITE_OK)
		free(log->bytes);
	else
		log->file.pMethods = &log_methods;
	return code;
}

int vfs_layer_begin(struct vfs_layer *new_layer, const char *name, size_t size,
		    vfs_open_fn *open_file)
{
	if (sqlite3_vfs_find(name))
		return 0;
	new_layer->below = sqlite3_vfs_find(NULL);
	if (!new_layer->below)
		return -EIO;
	new_layer->vfs = *new_layer->below;
	new_layer->vfs.zName = name;
	new_layer->vfs.pNext = NULL;
	new_layer->vfs.szOsFile = (int)size + new_layer->below->szOsFile;
	new_layer->vfs.xOpen = open_file;
	return sqlite3_vfs_register(&new_layer->vfs, 0) == SQLITE_OK ? 0 : -ENOMEM;
}

int ledger_vfs_begin(void)
{
	return vfs_layer_begin(&layer, LEDGER_VFS, sizeof(struct log), open_vfs_file);
}
