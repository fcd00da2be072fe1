/* SPDX-License-Identifier: MIT */
/*
 * The ledger's write-ahead log, below SQLite.
 *
 * Each submission waits for one sync of it. A sync of bytes that made the file longer also waits for
 * the journal of the file system, which has to hold the new length: half as long again, or twice as
 * long. So the log gets the length that it will have anyway when the mount begins. What it is filled
 * with is no frame (a frame carries the salt of the log's head and a checksum), so whoever reads the
 * log stops before it, as before the remains of an older round.
 */
#define _GNU_SOURCE
#include "job/ledger_db.h"

#include <errno.h>
#include <sys/statvfs.h>

#include "base/log.h"

/* SQLite takes the log over into the ledger when it has 1000 pages, each with a head of 24 bytes; some
 * more are there for what a last large commit adds. */
#define LOG_PAGES 1000
#define LOG_SIZE (LOG_PAGES * (4096 + 24) + (1 << 18))
#define LOG_STEP (1 << 16)

/* The share of the disk's room that the log may take before it needs it. */
#define LOG_SHARE 16

/* The open log, or NULL. */
static sqlite3_file *log_of(sqlite3 *db)
{
	sqlite3_file *log = NULL;

	if (sqlite3_file_control(db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log) != SQLITE_OK)
		return NULL;
	return log && log->pMethods ? log : NULL;
}

int ledger_log_sync(struct ledger *ledger)
{
	sqlite3_file *log = log_of(ledger->db);

	/* SQLite's own way of doing it: also of its directory, when the log is new */
	return log ? ledger_errno(
			     log->pMethods->xSync(log, SQLITE_SYNC_NORMAL | SQLITE_SYNC_DATAONLY))
		   : 0;
}

static bool has_room(const char *path)
{
	struct statvfs st;

	return statvfs(path, &st) == 0 &&
	       (uint64_t)st.f_bavail * st.f_frsize / LOG_SHARE >= LOG_SIZE;
}

void ledger_log_reserve(struct ledger *ledger)
{
	static const char nothing[LOG_STEP];
	sqlite3_file *log = log_of(ledger->db);
	sqlite3_int64 begin, size;
	int code;

	if (!log || log->pMethods->xFileSize(log, &begin) != SQLITE_OK || begin >= LOG_SIZE ||
	    !has_room(ledger->path))
		return;
	code = SQLITE_OK;
	for (size = begin; code == SQLITE_OK && size < LOG_SIZE; size += LOG_STEP)
		code = log->pMethods->xWrite(log, nothing, LOG_STEP, size);
	if (code == SQLITE_OK)
		code = log->pMethods->xSync(log, SQLITE_SYNC_NORMAL);
	if (code == SQLITE_OK)
		return;
	log_debug("the ledger's log gets its room as it grows: %s", sqlite3_errstr(code));
	log->pMethods->xTruncate(log, begin);
}
