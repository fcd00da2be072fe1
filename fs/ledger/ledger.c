/* SPDX-License-Identifier: MIT */
/*
 * Committing to the ledger, and what its other files share.
 *
 * Durability is chosen commit by commit. The file is in WAL mode with synchronous=NORMAL, where a
 * commit is a write to the log that survives a crash of this process. A durable commit adds what
 * synchronous=FULL would: a sync of the log, which survives a loss of power. (The pragma itself
 * cannot be changed while a transaction is open, and whether one must be durable is known only at
 * its end.) An intent must be durable before its request is sent; a result need not, because the
 * service can be asked for it again.
 */
#define _GNU_SOURCE
#include "ledger/db.h"

#include <errno.h>
#include <string.h>

#define JOB_COLUMNS                                                                                \
	"id, state, incomplete, job_id, version, digest, risk_level, enterprise_project_id,"       \
	" job_name, description, tags, request_id, errnum, error, warnings, changed_ms, refused,"  \
	" own, dismissed, unmade, backup, " LEDGER_HOLDING_COLUMNS

#define SUBMISSION_COLUMNS                                                                         \
	"id, job, kind, state, started_ms, digest, risk_level, enterprise_project_id, job_name,"   \
	" description, tags, content, queued, attempts, own"

/*
 * A row that is set aside has the name "NAME/ID", with its own ID. No file can have a name with a
 * slash, so no path finds the row, and two such rows are not in each other's way. The row moves
 * with its directory as every row does.
 */
#define IS_ASIDE "(instr(name, '/') > 0)"
#define FILE_NAME "iif(" IS_ASIDE ", substr(name, 1, instr(name, '/') - 1), name)"
#define PATH "iif(dir = '', '', dir || '/') || " FILE_NAME

static const char *const sql[STMT_COUNT] = {
	[STMT_BEGIN] = "BEGIN IMMEDIATE",
	[STMT_COMMIT] = "COMMIT",
	[STMT_LOOK_BEGIN] = "BEGIN",
	[STMT_LOOK_END] = "COMMIT",
	[STMT_FIND] = "SELECT " JOB_COLUMNS " FROM job WHERE dir = ?1 AND name = ?2",
	[STMT_GET] = "SELECT " JOB_COLUMNS " FROM job WHERE id = ?1",
	[STMT_ENSURE] = "INSERT INTO job (dir, name, changed_ms, id, uid, gid, mode, dir_uid,"
			" dir_gid, dir_mode) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
	[STMT_ROW] = "SELECT id FROM job WHERE dir = ?1 AND name = ?2",
	[STMT_GLANCE] = "SELECT length(CAST(job_id AS BLOB)),"
			" iif(dismissed, 0, length(CAST(error AS BLOB))), changed_ms,"
			" " LEDGER_HOLDING_COLUMNS " FROM job WHERE dir = ?1 AND name = ?2",
	[STMT_IS_BOUND] = "SELECT 1 FROM job WHERE job_id = ?1"
			  " UNION ALL SELECT 1 FROM forgotten WHERE job_id = ?1",
	[STMT_HAS_JOB] = "SELECT job_id IS NOT NULL OR state IN (1, 2, 5) FROM job"
			 " WHERE dir = ?1 AND name = ?2",
	[STMT_REMEMBER] = "INSERT OR IGNORE INTO forgotten SELECT job_id FROM job"
			  " WHERE id = ?1 AND job_id IS NOT NULL",
	[STMT_UNTRUST] = "UPDATE job SET digest = NULL WHERE id = ?1",
	[STMT_REFUSE] = "UPDATE job SET refused = 1, incomplete = ?2, errnum = ?3, error = ?4,"
			" dismissed = 0, changed_ms = ?5 WHERE id = ?1",
	[STMT_OVERWRITE] = "UPDATE job SET refused = 0, incomplete = 0, errnum = 0, error = NULL,"
			   " dismissed = 0, changed_ms = ?2 WHERE id = ?1",
	[STMT_WARN] = "UPDATE job SET warnings = ?2 WHERE id = ?1",
	[STMT_CLEAR] = "UPDATE job SET incomplete = 0, errnum = 0, error = NULL, dismissed = 0,"
		       " changed_ms = ?2"
		       " WHERE id = ?1 AND NOT refused AND (incomplete OR error IS NOT NULL)",
	[STMT_DISMISS] = "UPDATE job SET dismissed = 1, changed_ms = ?2 WHERE id = ?1",
	[STMT_DROP_STORY] = "DELETE FROM job WHERE id = ?1 AND job_id IS NULL"
			    " AND state NOT IN (1, 2, 5)",
	/* what failed is what it was before; what is under way may still have no file at its end */
	[STMT_END_STORY] =
		"UPDATE job SET refused = 0, incomplete = 0, errnum = 0, error = NULL,"
		" dismissed = 0, unmade = iif(state IN (1, 2, 5), unmade, 0), changed_ms = ?2,"
		" state = iif(state = 4, iif(job_id IS NULL OR digest IS NULL, 0, 3), state)"
		" WHERE id = ?1",
	[STMT_IS_UNMADE] = "SELECT unmade FROM job WHERE id = ?1",
	[STMT_HAS_UNMADE] = "SELECT EXISTS (SELECT 1 FROM job WHERE unmade = 1)",
	[STMT_SET_UNMADE] = "UPDATE job SET unmade = ?2 WHERE id = ?1",
	[STMT_NEXT_UNMADE] = "SELECT id, name, length(CAST(job_id AS BLOB)),"
			     " iif(dismissed, 0, length(CAST(error AS BLOB))), changed_ms,"
			     " " LEDGER_HOLDING_COLUMNS " FROM job"
			     " WHERE unmade = 1 AND dir = ?1 AND id > ?2 AND NOT " IS_ASIDE
			     " ORDER BY id LIMIT 1",
	[STMT_FORGET] =
		"UPDATE job SET state = 0, job_id = NULL, version = 0, digest = NULL,"
		" risk_level = NULL, enterprise_project_id = NULL, job_name = NULL,"
		" description = NULL, tags = NULL, request_id = NULL, refused = 0, errnum = 0,"
		" error = NULL, dismissed = 0, own = 0, changed_ms = ?2 WHERE id = ?1",
	[STMT_OWN] = "UPDATE job SET own = ?2 WHERE id = ?1 AND own <> ?2",
	[STMT_DISOWN] = "UPDATE job SET own = own & ~?2 WHERE id = ?1",
	[STMT_DISOWN_QUEUED] = "UPDATE submission SET own = own & ~?2 WHERE job = ?1 AND state = 1",
	[STMT_DISOWN_SENT] = "UPDATE submission SET own = own & ~?2 WHERE id = ?1",
	[STMT_DROP] = "DELETE FROM job WHERE id = ?1",
	[STMT_PATH] = "SELECT " PATH " FROM job WHERE id = ?1",
	[STMT_STATE_OF] = "SELECT state, refused, incomplete FROM job WHERE id = ?1",
	[STMT_STATE] = "UPDATE job SET state = ?2 WHERE id = ?1",
	[STMT_INTEND] =
		"INSERT INTO submission (job, kind, state, queued, started_ms, digest, risk_level,"
		" enterprise_project_id, job_name, description, tags, own, content, id)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
	[STMT_GROUP_BEGIN] = "SAVEPOINT group_of_writes",
	[STMT_GROUP_UNDO] = "ROLLBACK TO group_of_writes",
	[STMT_GROUP_END] = "RELEASE group_of_writes",
	[STMT_REPLACE] = "DELETE FROM submission WHERE job = ?1 AND state = 1",
	[STMT_HAS_QUEUED] = "SELECT EXISTS (SELECT 1 FROM submission WHERE job = ?1 AND state = 1)",
	[STMT_HAS_UNFINISHED] = "SELECT state IN (1, 2, 5) FROM job WHERE id = ?1",
	/* of a job only what is queued, and nothing while something is under way or in doubt */
	[STMT_NEXT] = "SELECT " SUBMISSION_COLUMNS " FROM submission AS s"
		      " WHERE state = 1 AND next_try_ms <= ?1"
		      " AND (SELECT state FROM job WHERE id = s.job) NOT IN (2, 5)"
		      " ORDER BY next_try_ms, id LIMIT 1",
	[STMT_QUEUED] =
		"SELECT " SUBMISSION_COLUMNS " FROM submission WHERE job = ?1 AND state = 1",
	[STMT_NEXT_DUE] = "SELECT min(next_try_ms),"
			  " EXISTS (SELECT 1 FROM submission WHERE state = 1)"
			  " FROM submission AS s WHERE state = 1"
			  " AND (SELECT state FROM job WHERE id = s.job) NOT IN (2, 5)",
	[STMT_START] =
		"UPDATE submission SET kind = ?2, state = 2, started_ms = ?3, risk_level = ?4,"
		" enterprise_project_id = ?5, job_name = ?6, description = ?7, tags = ?8,"
		" own = ?9 WHERE id = ?1",
	[STMT_REQUEUE] =
		"UPDATE submission SET state = 1, attempts = attempts + 1, next_try_ms = ?2,"
		" last_error = ?3 WHERE id = ?1",
	[STMT_HASTEN] = "UPDATE submission SET next_try_ms = 0 WHERE state = 1",
	[STMT_PENDING] =
		"SELECT s.id, s.state, attempts, next_try_ms, " PATH
		", iif(s.state = 5, error, last_error), " IS_ASIDE ", " LEDGER_HOLDING_COLUMNS
		" FROM submission AS s CROSS JOIN job ON job.id = s.job WHERE s.id > ?1"
		" ORDER BY s.id LIMIT ?2",
	/* of each job at most one is queued */
	[STMT_COUNT_QUEUED] = "SELECT count(*), max(job) FROM (SELECT job FROM submission"
			      " WHERE state = 1 AND job > ?1 ORDER BY job LIMIT ?2)",
	[STMT_MOVE] = "UPDATE submission SET state = ?2, started_ms = ?3 WHERE id = ?1",
	[STMT_SETTLE] = "UPDATE job SET job_id = ?2, version = ?3, digest = ?4, risk_level = ?5,"
			" enterprise_project_id = ?6, job_name = ?7, description = ?8, tags = ?9,"
			" own = ?10, request_id = ?11, changed_ms = ?12, state = ?13,"
			" incomplete = iif(refused, incomplete, 0),"
			" errnum = iif(refused, errnum, 0), error = iif(refused, error, NULL),"
			" dismissed = iif(refused, dismissed, 0), unmade = iif(refused, unmade, 0)"
			" WHERE id = ?1",
	[STMT_TELL] =
		"UPDATE job SET errnum = iif(refused, errnum, ?2), error = iif(refused, error, ?3),"
		" dismissed = iif(refused, dismissed, 0),"
		" request_id = coalesce(?4, request_id), changed_ms = ?5 WHERE id = ?1",
	[STMT_END] = "DELETE FROM submission WHERE id = ?1",
	[STMT_KNOW] = "INSERT OR REPLACE INTO known (submission, partial, ids, number)"
		      " VALUES (?1, ?2, ?3, ?4)",
	[STMT_KNOWN] = "SELECT number, partial, ids FROM known WHERE submission = ?1",
	[STMT_UNKNOW] = "DELETE FROM known WHERE submission = ?1",
	[STMT_UNFINISHED] =
		"SELECT " SUBMISSION_COLUMNS " FROM submission WHERE state <> 1 ORDER BY id",
	[STMT_RENAME_BEGIN] = "INSERT INTO rename_intent (from_path, to_path, ino, exchange)"
			      " VALUES (?1, ?2, ?3, ?4)",
	[STMT_RENAME_END] = "DELETE FROM rename_intent WHERE id = ?1",
	[STMT_RENAME_NEXT] = "SELECT id, from_path, to_path, ino, exchange FROM rename_intent"
			     " WHERE id > ?1 ORDER BY id LIMIT 1",
	/* a name that has a binding keeps it, and what would have moved there stays where it was */
	[STMT_RENAME_FILE] = "UPDATE OR IGNORE job SET dir = ?3, name = ?4"
			     " WHERE dir = ?1 AND name = ?2",
	/* a directory's rows: those in it, and those whose dir starts with "DIR/" */
	[STMT_RENAME_TREE] = "UPDATE OR IGNORE job SET dir = ?2 || substr(dir, length(?1) + 1)"
			     " WHERE dir = ?1 OR (dir >= ?1 || '/' AND dir < ?1 || '0')",
	[STMT_CLEAR_FILE] = "DELETE FROM job WHERE dir = ?1 AND name = ?2 AND job_id IS NULL"
			    " AND state NOT IN (1, 2, 5)",
	/* only where a row comes: what else is remembered below is nobody's to end */
	[STMT_CLEAR_TREE] =
		"DELETE FROM job AS there WHERE job_id IS NULL AND state NOT IN (1, 2, 5)"
		" AND NOT " IS_ASIDE " AND (dir = ?1 OR (dir >= ?1 || '/' AND dir < ?1 || '0'))"
		" AND EXISTS (SELECT 1 FROM job AS comes WHERE comes.name = there.name"
		" AND comes.dir = ?2 || substr(there.dir, length(?1) + 1))",
	[STMT_GIVE_BACK] = "UPDATE OR IGNORE job SET dir = ?2, name = ?3 WHERE id = ?1",
	[STMT_MARK_BACKUP] =
		"INSERT INTO job (dir, name, changed_ms, id, digest, backup, incomplete, uid, gid,"
		" mode, dir_uid, dir_gid, dir_mode, heir, heir_reads)"
		" SELECT ?1, ?2, ?3, ?4, ?5, 1, incomplete, uid, gid, mode, dir_uid, dir_gid,"
		" dir_mode, heir, heir_reads FROM job WHERE id = ?6",
	[STMT_FIND_BACKUP] = "SELECT id FROM job INDEXED BY job_backup"
			     " WHERE backup AND dir = ?1 AND name = ?2",
	[STMT_UNMARK_BACKUP] = "UPDATE job SET backup = 0, digest = NULL WHERE id = ?1 AND backup",
	[STMT_DROP_BACKUP] = "DELETE FROM job WHERE id = ?1 AND backup AND job_id IS NULL"
			     " AND error IS NULL AND state NOT IN (1, 2, 5)",
	[STMT_FREE_PAGES] = "PRAGMA freelist_count",
	[STMT_BUSY] = "SELECT EXISTS (SELECT 1 FROM job WHERE dir = ?1 AND name = ?2"
		      " AND state IN (1, 2, 5))"
		      " OR EXISTS (SELECT 1 FROM job WHERE state IN (1, 2, 5) AND NOT " IS_ASIDE
		      " AND (dir = ?3 OR (dir >= ?3 || '/' AND dir < ?3 || '0')))",
	[STMT_KNOWS] = "SELECT EXISTS (SELECT 1 FROM job WHERE dir = ?1 AND name = ?2)"
		       " OR EXISTS (SELECT 1 FROM job WHERE dir = ?3"
		       " OR (dir >= ?3 || '/' AND dir < ?3 || '0'))",
	[STMT_HOLD] = "UPDATE job SET uid = ?2, gid = ?3, mode = ?4, dir_uid = ?5, dir_gid = ?6,"
		      " dir_mode = ?7, heir = ?8, heir_reads = ?9 WHERE id = ?1",
	[STMT_CLAIMS] = "SELECT id, 0, " LEDGER_HOLDING_COLUMNS
			" FROM job WHERE dir = ?1 AND name = ?2 UNION ALL SELECT * FROM"
			" (SELECT id, 1, " LEDGER_HOLDING_COLUMNS " FROM job WHERE dir = ?1"
			" AND name >= ?2 || '/' AND name < ?2 || '0' ORDER BY id DESC LIMIT ?3)",
	[STMT_DROP_TEXT] =
		"UPDATE job SET errnum = 0, error = NULL, dismissed = 0, warnings = NULL,"
		" changed_ms = ?2 WHERE id = ?1",
	[STMT_SET_ASIDE] =
		"UPDATE job SET name = name || '/' || id WHERE id = ?1 AND NOT " IS_ASIDE,
	[STMT_BRING_BACK] = "UPDATE job SET name = " FILE_NAME " WHERE id = ?1",
	[STMT_BELOW] = "SELECT DISTINCT " PATH " FROM job"
		       " WHERE dir = ?1 OR (dir >= ?1 || '/' AND dir < ?1 || '0')",
	[STMT_OWNERS_KNOWN] = "SELECT owners FROM space",
	[STMT_OWNERS_LEARNT] = "UPDATE space SET owners = 1",
	[STMT_NEXT_PATH] = "SELECT id, " PATH " FROM job WHERE id > ?1 ORDER BY id LIMIT 1",
};

int ledger_errno(int code)
{
	switch (code & 0xff) {
	case SQLITE_OK:
	case SQLITE_DONE:
	case SQLITE_ROW:
		return 0;
	case SQLITE_FULL:
		return -ENOSPC;
	case SQLITE_NOMEM:
		return -ENOMEM;
	case SQLITE_READONLY:
	case SQLITE_PERM:
	case SQLITE_AUTH:
		return -EACCES;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return -EBUSY;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return -EUCLEAN;
	default:
		return -EIO;
	}
}

sqlite3_stmt *ledger_read(struct ledger *ledger, enum ledger_statement which, int *ret_r)
{
	sqlite3_stmt *stmt = ledger->stmt[which];

	if (!stmt) {
		int code = sqlite3_prepare_v3(ledger->db, sql[which], -1, SQLITE_PREPARE_PERSISTENT,
					      &stmt, NULL);

		if (code != SQLITE_OK) {
			*ret_r = ledger_errno(code);
			return NULL;
		}
		ledger->stmt[which] = stmt;
	}
	return stmt;
}

/* SQLite undoes a transaction by itself when memory or the disk ran out in a bad place, be it in a
 * statement that only reads. */
static void notice_loss(struct ledger *ledger)
{
	if (ledger->open && sqlite3_get_autocommit(ledger->db))
		ledger_undo(ledger);
}

/* Runs a statement without parameters. Returns 0 or -errno. */
static int run_statement(struct ledger *ledger, enum ledger_statement which)
{
	int r = 0;
	sqlite3_stmt *stmt = ledger_read(ledger, which, &r);

	return stmt ? ledger_run(stmt) : r;
}

int ledger_look_begin(struct ledger *ledger)
{
	int r = 0;

	if (ledger->open) /* what writes reads as well */
		return 0;
	/* what ends it must be there */
	if (ledger_read(ledger, STMT_LOOK_END, &r))
		r = run_statement(ledger, STMT_LOOK_BEGIN);
	ledger->looking = r == 0;
	return r;
}

void ledger_look_end(struct ledger *ledger)
{
	if (ledger->looking)
		ledger_run(ledger->stmt[STMT_LOOK_END]);
	ledger->looking = false;
}

sqlite3_stmt *ledger_write(struct ledger *ledger, enum ledger_statement which, int *ret_r)
{
	notice_loss(ledger);
	if (!ledger->open) {
		int r = 0;

		if (!sqlite3_get_autocommit(ledger->db)) /* there was no memory to undo the last */
			r = ledger_errno(sqlite3_exec(ledger->db, "ROLLBACK", NULL, NULL, NULL));
		if (r == 0)
			r = run_statement(ledger, STMT_BEGIN);
		if (r < 0) {
			*ret_r = r;
			return NULL;
		}
		ledger->open = true;
	}
	return ledger_read(ledger, which, ret_r);
}

int ledger_run(sqlite3_stmt *stmt)
{
	int code = sqlite3_step(stmt);

	sqlite3_reset(stmt);
	sqlite3_clear_bindings(stmt);
	return code == SQLITE_DONE || code == SQLITE_ROW ? 0 : ledger_errno(code);
}

int ledger_run_row(struct ledger *ledger, enum ledger_statement which, int64_t id)
{
	int r = 0;
	sqlite3_stmt *stmt = ledger_write(ledger, which, &r);

	if (!stmt)
		return r;
	sqlite3_bind_int64(stmt, 1, id);
	return ledger_run(stmt);
}

int ledger_run_with(struct ledger *ledger, enum ledger_statement which, int64_t id, int64_t number)
{
	int r = 0;
	sqlite3_stmt *stmt = ledger_write(ledger, which, &r);

	if (!stmt)
		return r;
	sqlite3_bind_int64(stmt, 1, id);
	sqlite3_bind_int64(stmt, 2, number);
	return ledger_run(stmt);
}

int ledger_run_new(struct ledger *ledger, sqlite3_stmt *stmt, int place, int64_t *ret_id)
{
	int64_t id = ++ledger->last_id;
	int r;

	sqlite3_bind_int64(stmt, place, id);
	r = ledger_run(stmt);
	if (r == 0)
		*ret_id = id;
	return r;
}

int ledger_exists(struct ledger *ledger, enum ledger_statement which, int64_t row)
{
	int r = 0, code;
	sqlite3_stmt *stmt = ledger_read(ledger, which, &r);

	if (!stmt)
		return r;
	sqlite3_bind_int64(stmt, 1, row);
	code = sqlite3_step(stmt);
	r = code == SQLITE_ROW ? sqlite3_column_int(stmt, 0) : ledger_errno(code);
	sqlite3_reset(stmt);
	return r;
}

void ledger_bind_text(sqlite3_stmt *stmt, int place, const char *text)
{
	if (text)
		sqlite3_bind_text(stmt, place, text, -1, SQLITE_STATIC);
	else
		sqlite3_bind_null(stmt, place);
}

void ledger_bind_path(sqlite3_stmt *stmt, int place, const char *path)
{
	const char *slash = strrchr(path, '/');

	sqlite3_bind_text(stmt, place, path, slash ? (int)(slash - path) : 0, SQLITE_STATIC);
	sqlite3_bind_text(stmt, place + 1, slash ? slash + 1 : path, -1, SQLITE_STATIC);
}

int ledger_column_text(sqlite3_stmt *stmt, int column, char **ret_text)
{
	const char *text = (const char *)sqlite3_column_text(stmt, column);

	*ret_text = text ? strdup(text) : NULL;
	return text && !*ret_text ? -ENOMEM : 0;
}

bool ledger_is_open(const struct ledger *ledger)
{
	return ledger->open;
}

void ledger_undo(struct ledger *ledger)
{
	if (ledger->open) {
		sqlite3_exec(ledger->db, "ROLLBACK", NULL, NULL, NULL);
		ledger->lost = true;
	}
	ledger->open = false;
}

bool ledger_take_loss(struct ledger *ledger)
{
	bool lost;

	notice_loss(ledger);
	lost = ledger->lost;
	ledger->lost = false;
	return lost;
}

struct ledger_commits ledger_commits(const struct ledger *ledger)
{
	return (struct ledger_commits){.durable = ledger->syncs,
				       .other = ledger->commits - ledger->syncs};
}

void ledger_measure(struct ledger *ledger, struct stall *stall)
{
	ledger->stall = stall;
}

int ledger_commit(struct ledger *ledger, bool durable)
{
	int r;

	if (ledger->open) {
		stall_disk_begin(ledger->stall);
		r = run_statement(ledger, STMT_COMMIT);
		stall_disk_end(ledger->stall);
		if (r < 0) {
			ledger_undo(ledger);
			return r;
		}
		ledger->open = false;
		ledger->unsynced = true;
		ledger->commits++;
	}
	return durable ? ledger_sync(ledger) : 0;
}
