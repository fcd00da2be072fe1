/* SPDX-License-Identifier: MIT */
#ifndef COCFS_LEDGER_DB_H
#define COCFS_LEDGER_DB_H

#include <sqlite3.h>

#include "ledger/changes.h"
#include "ledger/ledger.h"

/* The version of the tables. schema.c says how to change them. */
#define LEDGER_SCHEMA_VERSION 18

/*
 * What the files of the ledger share: its statements, prepared once and used again, and a
 * transaction that the first write opens. Each file declares its own functions in a header of its
 * name.
 */

enum ledger_statement {
	STMT_BEGIN,
	STMT_COMMIT,
	STMT_LOOK_BEGIN,
	STMT_LOOK_END,
	STMT_FIND,
	STMT_GET,
	STMT_ENSURE,
	STMT_ROW,
	STMT_GLANCE,
	STMT_IS_BOUND,
	STMT_HAS_JOB,
	STMT_BOUND_ROW,
	STMT_BIND,
	STMT_RECALL,
	STMT_ADOPT,
	STMT_MEAN_JOB,
	STMT_REMEMBER,
	STMT_UNTRUST,
	STMT_REFUSE,
	STMT_TELL_REFUSAL,
	STMT_OVERWRITE,
	STMT_WARN,
	STMT_WARN_MORE,
	STMT_CLEAR,
	STMT_DISMISS,
	STMT_DROP_STORY,
	STMT_END_STORY,
	STMT_IS_UNMADE,
	STMT_HAS_UNMADE,
	STMT_SET_UNMADE,
	STMT_NEXT_UNMADE,
	STMT_FORGET,
	STMT_AGREE,
	STMT_HELD,
	STMT_DISOWN,
	STMT_DISOWN_QUEUED,
	STMT_DISOWN_SENT,
	STMT_DROP,
	STMT_PATH,
	STMT_STATE_OF,
	STMT_STATE,
	STMT_INTEND,
	STMT_GROUP_BEGIN,
	STMT_GROUP_UNDO,
	STMT_GROUP_END,
	STMT_REPLACE,
	STMT_IS_BEING_SENT,
	STMT_DROP_QUEUED,
	STMT_HAS_QUEUED,
	STMT_HAS_OTHER_QUEUED,
	STMT_HAS_UNFINISHED,
	STMT_NEXT,
	STMT_QUEUED,
	STMT_CONTENT,
	STMT_NEXT_DUE,
	STMT_START,
	STMT_REQUEUE,
	STMT_HAS_REBOUND,
	STMT_QUEUED_BASE,
	STMT_PUT_ONTO,
	STMT_SEE,
	STMT_TEXT,
	STMT_PUT_TEXT,
	STMT_TEXT_OF,
	STMT_NEXT_BOUND_NAME,
	STMT_NEXT_BOUND_DIR,
	STMT_HAS_BOUND_IN,
	STMT_HASTEN,
	STMT_PENDING,
	STMT_COUNT_QUEUED,
	STMT_MOVE,
	STMT_SETTLE,
	STMT_TELL,
	STMT_END,
	STMT_KNOW,
	STMT_KNOWN,
	STMT_UNKNOW,
	STMT_UNFINISHED,
	STMT_RENAME_BEGIN,
	STMT_RENAME_END,
	STMT_RENAME_NEXT,
	STMT_RENAME_FILE,
	STMT_RENAME_TREE,
	STMT_CLEAR_FILE,
	STMT_CLEAR_TREE,
	STMT_GIVE_BACK,
	STMT_MARK_BACKUP,
	STMT_FIND_BACKUP,
	STMT_UNMARK_BACKUP,
	STMT_DROP_BACKUP,
	STMT_FREE_PAGES,
	STMT_BUSY,
	STMT_KNOWS,
	STMT_HOLD,
	STMT_CLAIMS,
	STMT_DROP_TEXT,
	STMT_HIDE_VERSIONS,
	STMT_SET_ASIDE,
	STMT_BRING_BACK,
	STMT_BELOW,
	STMT_OWNERS_KNOWN,
	STMT_OWNERS_LEARNT,
	STMT_NEXT_PATH,
	STMT_CATALOGUE_PUT,
	STMT_CATALOGUE_DROP,
	STMT_CATALOGUE_COMPLETE,
	STMT_CATALOGUE_WHEN,
	STMT_CATALOGUE_ACCEPT,
	STMT_CATALOGUE_IDS,
	STMT_CATALOGUE_LIST,
	STMT_IMPORTS_BY_DEFAULT,
	STMT_IMPORTS_ARE_WHOLE,
	STMT_IMPORTS_SET_WHOLE,
	STMT_IMPORTS_ANY,
	STMT_IMPORT_ADD,
	STMT_IMPORTS_ADD_LISTED,
	STMT_IMPORT_FIND,
	STMT_IMPORT_GLANCE,
	STMT_IMPORT_GET,
	STMT_IMPORT_HAS_JOB,
	STMT_IMPORT_HAS_NAME,
	STMT_IMPORT_PLACE,
	STMT_IMPORT_FETCHED,
	STMT_IMPORT_TELL,
	STMT_IMPORT_READ,
	STMT_IMPORT_HIDE,
	STMT_IMPORT_LEAVE,
	STMT_IMPORT_DROP_UNPLACED,
	STMT_IMPORT_DROP,
	STMT_IMPORT_DROP_OF_ROW,
	STMT_IMPORT_DROP_LEAVING,
	STMT_IMPORT_TAKE_NAME,
	STMT_IMPORT_REMEMBERED,
	STMT_IMPORTS_UNPLACED,
	STMT_IMPORTS_NAMED,
	STMT_IMPORTS_PLACED,
	STMT_IMPORTS_LEAVING,
	STMT_COUNT,
};

/* Is the ledger's file sound? check.c finds out. */
enum ledger_soundness {
	LEDGER_SOUND,
	LEDGER_UNCHECKED, /* as far as the file was looked at, it is sound */
	LEDGER_DAMAGED,
};

struct ledger {
	sqlite3 *db;
	char *path;
	bool open;     /* a transaction is open that writes: the next ledger_commit() ends it */
	bool looking;  /* a transaction that only reads is open: ledger_look_begin() */
	bool unsynced; /* something was committed since the last sync of the log */
	bool lost;     /* something was undone since the last ledger_take_loss() */
	/* an import has begun to leave since the last ledger_imports_take_leaving() */
	bool imports_leave;
	int64_t last_id; /* the last ID that a row got, even if the row was undone since */
	/* since the ledger was opened: all commits, and those after which the log was synced */
	uint64_t commits, durable_commits;
	uint64_t synced_commits; /* what commits was at the last sync of the log */
	/* the loop's measurement of its waits for the disk; NULL: nothing is measured */
	struct stall *stall;
	int log_fd; /* a descriptor of the write-ahead log, beside SQLite's own */
	enum ledger_soundness soundness;
	struct ledger_check *check; /* the check of the file that runs now, or NULL */
	int held_log_pages; /* pages that the log may have during a check; 0: HELD_LOG_PAGES */
	struct ledger_changes changes;
	sqlite3_stmt *stmt[STMT_COUNT];
};

/* The SQL text of each statement. (statements.c) */
extern const char *const ledger_sql[STMT_COUNT];

/* Returns the negative errno for an SQLite result code; 0 for success. */
int ledger_errno(int code);

/* Return a prepared statement that is reset; NULL with *ret_r set on failure, else *ret_r stays. A
 * statement that reads may keep old values: bind each parameter. Use ledger_write() for a statement
 * that writes: it opens a transaction if none is open. */
sqlite3_stmt *ledger_read(struct ledger *ledger, enum ledger_statement which, int *ret_r);
sqlite3_stmt *ledger_write(struct ledger *ledger, enum ledger_statement which, int *ret_r);

/* Steps a statement once, resets it, and clears its bound values. Returns 0 or -errno. */
int ledger_run(sqlite3_stmt *stmt);

/* Runs a statement that writes and has one parameter, such as the ID of a row. Returns 0 or
 * -errno. */
int ledger_run_row(struct ledger *ledger, enum ledger_statement which, int64_t id);

/* Runs a statement that writes, with the ID of a row and a number as parameters. Returns 0 or
 * -errno. */
int ledger_run_with(struct ledger *ledger, enum ledger_statement which, int64_t id, int64_t number);

/*
 * Runs a statement that inserts a row. Binds a new ID at the parameter `place`, and returns the ID
 * in *ret_id. No row has had this ID since the ledger was opened, not even one that was undone. So
 * an ID in memory never means another row. Returns 0 or -errno.
 */
int ledger_run_new(struct ledger *ledger, sqlite3_stmt *stmt, int place, int64_t *ret_id);

/* Runs a statement that finds the row of a path. Returns 0, -ENOENT or another -errno. */
int ledger_row_of(struct ledger *ledger, enum ledger_statement which, const char *path,
		  int64_t *ret_row);

/* Runs a statement that asks a yes-or-no question about a row. Returns 1, 0 (also if there is no
 * such row) or -errno. */
int ledger_exists(struct ledger *ledger, enum ledger_statement which, int64_t row);

/* Binds a text that ends with a NUL, or NULL for a NULL pointer. The text must live until the
 * step. */
void ledger_bind_text(sqlite3_stmt *stmt, int place, const char *text);

/* Binds the two parts of a path at place and place + 1: its directory ("" for the root) and its
 * name. */
void ledger_bind_path(sqlite3_stmt *stmt, int place, const char *path);

/* Copies a text column; the caller frees *ret_text. *ret_text is NULL if the column is NULL.
 * Returns 0 or -ENOMEM. */
int ledger_column_text(sqlite3_stmt *stmt, int column, char **ret_text);

#endif
