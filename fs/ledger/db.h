/* SPDX-License-Identifier: MIT */
#ifndef COCFS_LEDGER_DB_H
#define COCFS_LEDGER_DB_H

#include <sqlite3.h>

#include "ledger/ledger.h"

/* What the tables of a ledger are like: schema.c says how to change it. */
#define LEDGER_SCHEMA_VERSION 8

/*
 * What the files of the ledger share: its statements, prepared once and used again, and the lazily
 * opened transaction. Only ledger*.c includes this.
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
	STMT_REMEMBER,
	STMT_UNTRUST,
	STMT_REFUSE,
	STMT_OVERWRITE,
	STMT_WARN,
	STMT_CLEAR,
	STMT_DISMISS,
	STMT_DROP_STORY,
	STMT_END_STORY,
	STMT_IS_UNMADE,
	STMT_HAS_UNMADE,
	STMT_SET_UNMADE,
	STMT_NEXT_UNMADE,
	STMT_FORGET,
	STMT_OWN,
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
	STMT_NEXT_DUE,
	STMT_START,
	STMT_REQUEUE,
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
	STMT_SET_ASIDE,
	STMT_BRING_BACK,
	STMT_BELOW,
	STMT_OWNERS_KNOWN,
	STMT_OWNERS_LEARNT,
	STMT_NEXT_PATH,
	STMT_COUNT,
};

struct ledger {
	sqlite3 *db;
	char *path;
	bool open;	 /* a transaction is open */
	bool looking;	 /* one that only reads is */
	bool unsynced;	 /* something was committed since the log was synced last */
	bool lost;	 /* something was undone since ledger_take_loss() */
	int64_t last_id; /* given to a row last, be it undone since */
	uint64_t commits, syncs;
	struct stall *stall; /* of the loop that waits for the disk, or NULL */
	int log_fd;	     /* of the write-ahead log, beside SQLite's */
	sqlite3_stmt *stmt[STMT_COUNT];
};

/* The text of each statement. (statements.c) */
extern const char *const ledger_sql[STMT_COUNT];

/* Makes the tables in a new ledger. Returns 0 or -errno with err filled. (schema.c) */
int ledger_make_schema(sqlite3 *db, const char *path, const char *source, struct err *err);

/* Makes a ledger of this version, at least 1, one of LEDGER_SCHEMA_VERSION, which is not less. On
 * failure the ledger is what it was before. Returns 0 or -errno with err filled. (schema.c)
 */
int ledger_upgrade(sqlite3 *db, const char *path, int64_t version, struct err *err);

/* Makes the log of a ledger that was just opened durable, and gives it the length that it will have
 * anyway, if there is plenty of room on the disk: without that it is as good, and slower. Returns 0
 * or -errno. */
int ledger_log_begin(struct ledger *ledger);

/* A negative errno for an SQLite result code. */
int ledger_errno(int code);

/* Opens the transaction if need be (for a statement that writes) and returns the statement, reset
 * and unbound; NULL with *ret_r set on failure. */
sqlite3_stmt *ledger_read(struct ledger *ledger, enum ledger_statement which, int *ret_r);
sqlite3_stmt *ledger_write(struct ledger *ledger, enum ledger_statement which, int *ret_r);

/* Steps a statement that returns no rows, and resets it. Returns 0 or -errno. */
int ledger_run(sqlite3_stmt *stmt);

/* Runs a statement that writes and whose only parameter is the ID of a row. Returns 0 or -errno. */
int ledger_run_row(struct ledger *ledger, enum ledger_statement which, int64_t id);

/* The same with a number as the second parameter. */
int ledger_run_with(struct ledger *ledger, enum ledger_statement which, int64_t id, int64_t number);

/*
 * Runs a statement that inserts a row whose ID is bound at place, and returns the ID. It was never
 * given to another row, also not to one that was undone: who remembers that one can mean no other.
 */
int ledger_run_new(struct ledger *ledger, sqlite3_stmt *stmt, int place, int64_t *ret_id);

/* Runs a statement that finds the row of a path. 0, -ENOENT or another -errno. */
int ledger_row_of(struct ledger *ledger, enum ledger_statement which, const char *path,
		  int64_t *ret_row);

/* Runs a statement that asks whether a job has something. 1, 0 or -errno. */
int ledger_exists(struct ledger *ledger, enum ledger_statement which, int64_t row);

/* Begins writes that are done together or not at all. Returns 0; -errno, and none has begun. */
int ledger_group_begin(struct ledger *ledger);

/* Ends them: undoes them if r, what they came to, is negative. Returns r, or -errno when they could
 * not be ended: then everything since the last commit is undone. */
int ledger_group_end(struct ledger *ledger, int r);

/* Removes what is known of a path that no file has any more, if it is not bound and nothing of it
 * is unfinished. */
int ledger_clear_file(struct ledger *ledger, const char *path);

/* Binds text of known length, or NULL for a NULL pointer; it must live until the step. */
void ledger_bind_text(sqlite3_stmt *stmt, int place, const char *text);

/* Binds the six numbers of an owner. */
void ledger_bind_owner(sqlite3_stmt *stmt, int place, const struct owner *owner);

/* Reads the eight columns of a holding, LEDGER_HOLDING_COLUMNS. */
#define LEDGER_HOLDING_COLUMNS "uid, gid, mode, dir_uid, dir_gid, dir_mode, heir, heir_reads"
struct holding ledger_column_holding(sqlite3_stmt *stmt, int column);

/* Binds the two parts of a path, its directory ("" for the root) and its name. */
void ledger_bind_path(sqlite3_stmt *stmt, int place, const char *path);

/* Copies a text column: NULL for NULL. Returns 0 or -ENOMEM. */
int ledger_column_text(sqlite3_stmt *stmt, int column, char **ret_text);

/* Inserts the row of a submission, in the state it says, in place of what is queued for its job;
 * sets its id. from: the job's state now. */
int ledger_insert(struct ledger *ledger, struct ledger_submission *submission, enum job_state from);

/* Half of what belongs together was written: undoes it, with everything since the last commit. */
void ledger_undo_insert(struct ledger *ledger, struct ledger_submission *submission);

/* Deletes what is known for a create: it is not under way any more. */
int ledger_unknow(struct ledger *ledger, const struct ledger_submission *submission);

/* Reads the columns of a submission. 0, -ENOMEM, or -EUCLEAN for what no cocfs wrote. */
int ledger_read_submission(sqlite3_stmt *stmt, struct ledger_submission *submission);

/* Binds the five attributes, in the order of the columns of every statement, and which are own. */
void ledger_bind_attrs(sqlite3_stmt *stmt, int place, const struct attr_set *attrs);

/* Moves the job to a state; -EPROTO if the table of moves (state.h) has no such move. */
int ledger_set_state(struct ledger *ledger, int64_t row, enum job_state state);

/* The same for the end of a submission: if newer content was refused meanwhile, that is the
 * state. */
int ledger_end_state(struct ledger *ledger, int64_t row, enum job_state state);

/* What that state is, for who writes it together with the rest. */
int ledger_state_at_end(struct ledger *ledger, int64_t row, enum job_state state,
			enum job_state *ret_state);

/* Moves the job from a state to another, for who knows the one. -EPROTO as above. */
int ledger_move_job(struct ledger *ledger, int64_t row, enum job_state from, enum job_state state);

/* Removes the error (and the mark of half a file), unless it is of newer content than what came to
 * its end. */
int ledger_clear_error(struct ledger *ledger, int64_t row);

#endif
