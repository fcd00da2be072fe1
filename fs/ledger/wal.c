/* SPDX-License-Identifier: MIT */
/*
 * The ledger's write-ahead log, below SQLite.
 *
 * Each submission waits for one sync of the log. If a write has made the file longer, its sync also
 * waits for the journal of the file system, which has to hold the new length. Then the sync takes
 * half as long again, or twice as long. So the log gets its full length when the mount begins. It
 * is filled with bytes that are no frame (a frame carries the salt of the log's head and a
 * checksum). A reader of the log stops before them, as before old frames that are left when SQLite
 * begins the log again from its start.
 */
#define _GNU_SOURCE
#include "ledger/wal.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/statvfs.h>

#include "base/crash.h"
#include "base/log.h"
#include "ledger/vfs.h"

/* somewhat more than LOG_PAGES with their heads of 24 bytes: a large last commit adds more pages */
#define LOG_SIZE (LOG_PAGES * (4096 + 24) + (1 << 18))
#define LOG_STEP (1 << 16)

/* The log takes its full length in advance only if that is at most 1 / LOG_SHARE of the disk's free
 * room. */
#define LOG_SHARE 16

sqlite3_file *ledger_log_file(sqlite3 *db)
{
	sqlite3_file *log = NULL;

	if (sqlite3_file_control(db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log) != SQLITE_OK)
		return NULL;
	return log && log->pMethods ? log : NULL;
}

/* Counts a sync as a durable commit, if there was a commit since the last sync. */
static void count_sync(struct ledger *ledger)
{
	ledger->durable_commits += ledger->commits > ledger->synced_commits;
	ledger->synced_commits = ledger->commits;
}

int ledger_sync(struct ledger *ledger)
{
	sqlite3_file *log = ledger_log_file(ledger->db);
	int code = SQLITE_OK;

	if (!ledger->unsynced)
		return 0;
	CRASH_POINT("commit-unsynced");
	count_sync(ledger);
	stall_disk_begin(ledger->stall);
	if (log)
		code = log->pMethods->xSync(log, SQLITE_SYNC_NORMAL | SQLITE_SYNC_DATAONLY);
	stall_disk_end(ledger->stall);
	ledger->unsynced = code != SQLITE_OK;
	return ledger_errno(code);
}

void ledger_sync_soon(const struct ledger *ledger)
{
	/* if this fails, the ledger_sync() that follows fails, too, and returns the error */
	if (ledger->unsynced)
		sync_file_range(ledger->log_fd, 0, 0, SYNC_FILE_RANGE_WRITE);
}

int ledger_log_take_over(sqlite3 *db)
{
	int all = 0, done = 0;
	int code = sqlite3_wal_checkpoint_v2(db, "main", SQLITE_CHECKPOINT_PASSIVE, &all, &done);

	if (code != SQLITE_OK)
		return ledger_errno(code);
	return all == done ? 0 : -EBUSY;
}

static bool has_room_for_log(const char *path)
{
	struct statvfs st;

	return statvfs(path, &st) == 0 &&
	       (uint64_t)st.f_bavail * st.f_frsize / LOG_SHARE >= LOG_SIZE;
}

/* Makes the log LOG_SIZE bytes long, unless it is longer. On failure the log keeps its old length.
 * Returns an SQLite result code. */
static int reserve_log(sqlite3_file *log)
{
	static const char nothing[LOG_STEP];
	sqlite3_int64 begin, size;
	int code = log->pMethods->xFileSize(log, &begin);

	for (size = begin; code == SQLITE_OK && size < LOG_SIZE; size += LOG_STEP)
		code = log->pMethods->xWrite(log, nothing, LOG_STEP, size);
	if (code != SQLITE_OK)
		log->pMethods->xTruncate(log, begin);
	return code;
}

static int open_wal(const char *main_path)
{
	_cleanup_free_ char *path = NULL;
	int fd;

	if (asprintf(&path, "%s-wal", main_path) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	fd = open(path, O_RDWR | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int ledger_log_begin(struct ledger *ledger)
{
	sqlite3_file *log = ledger_log_file(ledger->db);
	sqlite3_int64 size = 0;
	int code;

	if (!log)
		return -EIO;
	/* A crash has left a log. If a sync of an earlier mount failed, the kernel may have dropped
	 * a part of the log, and still show it. What is appended behind such a gap would be lost
	 * with it. So the whole log is written again. */
	if (log->pMethods->xFileSize(log, &size) == SQLITE_OK && size > 0)
		ledger_vfs_sync_failed(log);
	code = has_room_for_log(ledger->path) ? reserve_log(log) : SQLITE_OK;
	if (code != SQLITE_OK)
		log_debug("the ledger's log gets its room as it grows: %s", sqlite3_errstr(code));
	/* syncs also the directory if the log is new: a sync of log_fd does not */
	code = log->pMethods->xSync(log, SQLITE_SYNC_NORMAL);
	if (code != SQLITE_OK)
		return ledger_errno(code);
	ledger->log_fd = open_wal(ledger->path);
	return ledger->log_fd < 0 ? ledger->log_fd : 0;
}

int ledger_log_open(const struct ledger *ledger)
{
	int fd = fcntl(ledger->log_fd, F_DUPFD_CLOEXEC, 0);

	return fd < 0 ? -errno : fd;
}

int ledger_sync_begun(struct ledger *ledger)
{
	sqlite3_file *log = ledger_log_file(ledger->db);
	int code = log ? ledger_vfs_fill_gaps(log) : SQLITE_OK;

	count_sync(ledger);
	ledger->unsynced = false;
	return ledger_errno(code);
}

void ledger_sync_failed(struct ledger *ledger)
{
	sqlite3_file *log = ledger_log_file(ledger->db);

	ledger->unsynced = true;
	if (log)
		ledger_vfs_sync_failed(log);
}
