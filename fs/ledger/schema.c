/* SPDX-License-Identifier: MIT */
/*
 * The ledger's schema, and how a ledger of an older cocfs gets it.
 *
 * How to change the schema: raise LEDGER_SCHEMA_VERSION (db.h) by one, change schema[], and add the
 * step to upgrades[]. Then make a ledger of the new version for the tests
 * (tests/ledgers/README.md). The unit test ledger_upgrade fails until all four agree.
 *
 * An upgrade is one transaction over all its steps. If a step fails, the ledger stays as it was,
 * and an older cocfs can still use it.
 */
#define _GNU_SOURCE
#include "ledger/schema.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "ledger/sql_states.h"

#define KNOWN_TABLE                                                                                \
	"CREATE TABLE known ("                                                                     \
	" submission INTEGER PRIMARY KEY,"                                                         \
	" number INTEGER NOT NULL,"                                                                \
	" partial INTEGER NOT NULL,"                                                               \
	" ids TEXT NOT NULL);"

/* Finds the submissions that were queued before -o rebind (instance.c). */
#define REBOUND_INDEX "CREATE INDEX submission_rebound ON submission (job) WHERE rebound;"

/* The table of the jobs that the service has listed (catalogue.c). */
#define CATALOGUE_SINCE ", since INTEGER NOT NULL DEFAULT 0"
#define CATALOGUE_TABLE(more)                                                                      \
	"CREATE TABLE catalogue ("                                                                 \
	" job_id TEXT PRIMARY KEY,"                                                                \
	" listed_name TEXT NOT NULL,"                                                              \
	" version INTEGER NOT NULL,"                                                               \
	" create_ms INTEGER NOT NULL,"                                                             \
	" update_ms INTEGER NOT NULL,"                                                             \
	" creator TEXT, modifier TEXT, project TEXT" more ") WITHOUT ROWID;"

/* The table of the imports: jobs that no path is bound to (imports.c). */
#define IMPORT_TABLE(more_columns)                                                                 \
	"CREATE TABLE import ("                                                                    \
	" job_id TEXT PRIMARY KEY,"                                                                \
	" name TEXT,"                                                                              \
	" state INTEGER NOT NULL,"                                                                 \
	" create_ms INTEGER NOT NULL,"                                                             \
	" version INTEGER NOT NULL DEFAULT 0,"                                                     \
	" digest BLOB,"                                                                            \
	" checked_ms INTEGER NOT NULL DEFAULT 0,"                                                  \
	" changed_ms INTEGER NOT NULL DEFAULT 0,"                                                  \
	" error TEXT,"                                                                             \
	" risk_level TEXT, enterprise_project_id TEXT, job_name TEXT, description TEXT, tags "     \
	"TEXT" more_columns ") WITHOUT ROWID;"                                                     \
	"CREATE UNIQUE INDEX import_name ON import (name) WHERE name IS NOT NULL;"                 \
	"CREATE INDEX import_unplaced ON import (create_ms, job_id)"                               \
	" WHERE state = " SQL_UNPLACED ";"                                                         \
	"CREATE INDEX import_leaving ON import (job_id) WHERE state = " SQL_LEAVING ";"

/* Each commit of a job writes one page of each index that it touches. So there are only indexes
 * that the rules of the space need. */
static const char schema[] =
	"CREATE TABLE space (source TEXT NOT NULL, owners INTEGER NOT NULL DEFAULT 0,"
	" scanned_ms INTEGER NOT NULL DEFAULT 0,"
	" imports INTEGER NOT NULL DEFAULT 0, placed INTEGER NOT NULL DEFAULT 0,"
	" instance TEXT, mark TEXT, accepted INTEGER NOT NULL DEFAULT 0);"
	"CREATE TABLE job ("
	" id INTEGER PRIMARY KEY,"
	" dir TEXT NOT NULL,"
	" name TEXT NOT NULL,"
	" state INTEGER NOT NULL DEFAULT " SQL_DRAFT ","
	" incomplete INTEGER NOT NULL DEFAULT 0,"
	" job_id TEXT,"
	" version INTEGER NOT NULL DEFAULT 0,"
	" digest BLOB,"
	" risk_level TEXT, enterprise_project_id TEXT, job_name TEXT, description TEXT, tags TEXT,"
	" held_risk_level TEXT, held_project TEXT, held_name TEXT, held_description TEXT,"
	" request_id TEXT,"
	" errnum INTEGER NOT NULL DEFAULT 0,"
	" error TEXT,"
	" warnings TEXT,"
	" changed_ms INTEGER NOT NULL,"
	" refused INTEGER NOT NULL DEFAULT 0,"
	" own INTEGER NOT NULL DEFAULT 0,"
	" dismissed INTEGER NOT NULL DEFAULT 0,"
	" unmade INTEGER NOT NULL DEFAULT 0,"
	" uid INTEGER NOT NULL DEFAULT 0,"
	" gid INTEGER NOT NULL DEFAULT 0,"
	" mode INTEGER NOT NULL DEFAULT 384," /* 0600, in decimal */
	" dir_uid INTEGER NOT NULL DEFAULT 0,"
	" dir_gid INTEGER NOT NULL DEFAULT 0,"
	" dir_mode INTEGER NOT NULL DEFAULT 448," /* 0700, in decimal */
	" heir INTEGER,"
	" heir_reads INTEGER NOT NULL DEFAULT 0,"
	" backup INTEGER NOT NULL DEFAULT 0,"
	" base INTEGER NOT NULL DEFAULT 0,"
	" on_purpose INTEGER NOT NULL DEFAULT 0,"
	" unread INTEGER NOT NULL DEFAULT 0,"
	" hidden INTEGER NOT NULL DEFAULT 0,"
	" hidden_uid INTEGER,"
	" UNIQUE (dir, name));"
	"CREATE INDEX job_by_job_id ON job (job_id) WHERE job_id IS NOT NULL;"
	"CREATE INDEX job_unmade ON job (dir) WHERE unmade = 1;"
	"CREATE INDEX job_backup ON job (dir, name) WHERE backup;"
	"CREATE TABLE submission ("
	" id INTEGER PRIMARY KEY,"
	" job INTEGER NOT NULL,"
	" kind INTEGER NOT NULL,"
	" state INTEGER NOT NULL,"
	" queued INTEGER NOT NULL,"
	" attempts INTEGER NOT NULL DEFAULT 0,"
	" next_try_ms INTEGER NOT NULL DEFAULT 0,"
	" last_error TEXT,"
	" started_ms INTEGER NOT NULL,"
	" digest BLOB NOT NULL,"
	" risk_level TEXT, enterprise_project_id TEXT, job_name TEXT, description TEXT, tags TEXT,"
	" content BLOB NOT NULL,"
	" own INTEGER NOT NULL DEFAULT 0,"
	" base INTEGER NOT NULL DEFAULT 0,"
	" onto INTEGER NOT NULL DEFAULT 0,"
	" rebound INTEGER NOT NULL DEFAULT 0,"
	" adopts INTEGER NOT NULL DEFAULT 0);" REBOUND_INDEX KNOWN_TABLE CATALOGUE_TABLE(
		CATALOGUE_SINCE)
		IMPORT_TABLE(
			", read_version INTEGER NOT NULL DEFAULT 0") "CREATE TABLE forgotten "
								     "(job_id TEXT PRIMARY KEY) "
								     "WITHOUT ROWID;"
								     "CREATE INDEX "
								     "submission_queued ON "
								     "submission (job) WHERE state "
								     "= " SQL_QUEUED ";"
								     "CREATE INDEX "
								     "submission_to_send ON "
								     "submission (next_try_ms, id) "
								     "WHERE state = " SQL_QUEUED ";"
								     "CREATE TABLE rename_intent ("
								     " id INTEGER PRIMARY KEY,"
								     " from_path TEXT NOT NULL,"
								     " to_path TEXT NOT NULL,"
								     " ino INTEGER NOT NULL,"
								     " exchange INTEGER NOT NULL);";

/* A ledger of this version or an older one may lack columns and tables, because versions 1 and 2
 * changed without a new number. */
#define LAST_UNSURE_VERSION 3

/* Columns that a ledger of LAST_UNSURE_VERSION or older may lack. */
static const struct column {
	const char *table, *name, *type;
} late_columns[] = {
	{"submission", "queued", "INTEGER NOT NULL DEFAULT 0"},
	{"submission", "attempts", "INTEGER NOT NULL DEFAULT 0"},
	{"submission", "next_try_ms", "INTEGER NOT NULL DEFAULT 0"},
	{"submission", "last_error", "TEXT"},
	{"job", "refused", "INTEGER NOT NULL DEFAULT 0"},
	{"job", "own", "INTEGER NOT NULL DEFAULT 0"},
	{"submission", "own", "INTEGER NOT NULL DEFAULT 0"},
};

/* Tables and indexes that a ledger of LAST_UNSURE_VERSION or older may lack. Its own tables keep
 * their AUTOINCREMENT, which new ledgers do not use. */
static const char late_rest[] =
	"CREATE TABLE IF NOT EXISTS forgotten (job_id TEXT PRIMARY KEY) WITHOUT ROWID;"
	"DROP INDEX IF EXISTS submission_by_job;"
	"CREATE INDEX IF NOT EXISTS submission_queued ON submission (job) WHERE state = " SQL_QUEUED
	";"
	"CREATE INDEX IF NOT EXISTS submission_to_send ON submission (next_try_ms, id)"
	" WHERE state = " SQL_QUEUED ";";

/* upgrades[N] makes version N + 1 of version N, for each N from LAST_UNSURE_VERSION on. */
static const char *const upgrades[LEDGER_SCHEMA_VERSION] = {
	/* it is not known which old refusals were of names without a file: none of them is
	 * listed */
	[3] = "ALTER TABLE job ADD COLUMN dismissed INTEGER NOT NULL DEFAULT 0;"
	      "ALTER TABLE job ADD COLUMN unmade INTEGER NOT NULL DEFAULT 0;"
	      "CREATE INDEX job_unmade ON job (dir) WHERE unmade = 1",
	/* the owner of each file: ledger_owners_known() */
	[4] = "ALTER TABLE space ADD COLUMN owners INTEGER NOT NULL DEFAULT 0;"
	      "ALTER TABLE job ADD COLUMN uid INTEGER NOT NULL DEFAULT 0;"
	      "ALTER TABLE job ADD COLUMN gid INTEGER NOT NULL DEFAULT 0;"
	      "ALTER TABLE job ADD COLUMN mode INTEGER NOT NULL DEFAULT 384;"
	      "ALTER TABLE job ADD COLUMN dir_uid INTEGER NOT NULL DEFAULT 0;"
	      "ALTER TABLE job ADD COLUMN dir_gid INTEGER NOT NULL DEFAULT 0;"
	      "ALTER TABLE job ADD COLUMN dir_mode INTEGER NOT NULL DEFAULT 448;"
	      "ALTER TABLE job ADD COLUMN heir INTEGER;"
	      "ALTER TABLE job ADD COLUMN heir_reads INTEGER NOT NULL DEFAULT 0",
	/* before an unfinished create the older cocfs did not ask for known jobs: the record is
	 * partial */
	[5] = KNOWN_TABLE "INSERT INTO known SELECT id, 0, 1, '' FROM submission"
			  " WHERE state <> " SQL_QUEUED " AND kind = 1",
	[6] = "ALTER TABLE job ADD COLUMN backup INTEGER NOT NULL DEFAULT 0;"
	      "CREATE INDEX job_backup ON job (dir, name) WHERE backup",
	/* an unfinished update may have been sent, on top of the version that was known */
	[7] = "ALTER TABLE job ADD COLUMN base INTEGER NOT NULL DEFAULT 0;"
	      "UPDATE job SET base = version;"
	      "ALTER TABLE submission ADD COLUMN base INTEGER NOT NULL DEFAULT 0;"
	      "ALTER TABLE submission ADD COLUMN onto INTEGER NOT NULL DEFAULT 0;"
	      "UPDATE submission SET onto = max(1, (SELECT version FROM job"
	      " WHERE job.id = submission.job)) WHERE state <> " SQL_QUEUED " AND kind = 2",
	[8] = "ALTER TABLE space ADD COLUMN scanned_ms INTEGER NOT NULL DEFAULT 0;" CATALOGUE_TABLE(
		""),
	/* a cocfs of that time bound only jobs that it had made: each binding is on purpose */
	[9] = "ALTER TABLE job ADD COLUMN on_purpose INTEGER NOT NULL DEFAULT 0;"
	      "UPDATE job SET on_purpose = 1 WHERE job_id IS NOT NULL",
	/* a mount that showed no imports still shows none: ledger_imports_by_default() */
	[10] = "ALTER TABLE space ADD COLUMN imports INTEGER NOT NULL DEFAULT 0;"
	       "ALTER TABLE space ADD COLUMN placed INTEGER NOT NULL DEFAULT 0;" IMPORT_TABLE(""),
	/* without a mark it is not known whether this is a copy: ledger_renew_instance() makes
	 * one */
	[11] = "ALTER TABLE space ADD COLUMN instance TEXT; ALTER TABLE space ADD COLUMN mark TEXT;"
	       "ALTER TABLE submission ADD COLUMN rebound INTEGER NOT NULL DEFAULT "
	       "0;" REBOUND_INDEX,
	/* Bits 9 of own are risk level and description. A value without its bit is not from the
	 * file, so it may come from an option of the mount: bits 9 << 16 (job/origins.h). */
	[12] = "ALTER TABLE job ADD COLUMN held_risk_level TEXT;"
	       "ALTER TABLE job ADD COLUMN held_project TEXT;"
	       "ALTER TABLE job ADD COLUMN held_name TEXT;"
	       "ALTER TABLE job ADD COLUMN held_description TEXT;"
	       "UPDATE job SET own = own | ((9 & ~own) << 16) WHERE job_id IS NOT NULL",
	[13] = "ALTER TABLE space ADD COLUMN accepted INTEGER NOT NULL DEFAULT 0;"
	       "ALTER TABLE catalogue ADD COLUMN since INTEGER NOT NULL DEFAULT 0",
	[14] = "ALTER TABLE job ADD COLUMN unread INTEGER NOT NULL DEFAULT 0",
	/* a cocfs of that time did not ask which user may get a job: what it queued makes a new
	 * job, as before */
	[15] = "ALTER TABLE submission ADD COLUMN adopts INTEGER NOT NULL DEFAULT 0",
	[16] = "ALTER TABLE import ADD COLUMN read_version INTEGER NOT NULL DEFAULT 0",
	/* it is not known which rows had other owners: all versions that were shown stay shown */
	[17] = "ALTER TABLE job ADD COLUMN hidden INTEGER NOT NULL DEFAULT 0;"
	       "ALTER TABLE job ADD COLUMN hidden_uid INTEGER",
};

int ledger_make_schema(sqlite3 *db, const char *path, const char *source, struct err *err)
{
	char *insert = sqlite3_mprintf("INSERT INTO space (source, owners, imports)"
				       " VALUES (%Q, 1, 1);"
				       "PRAGMA user_version = %d;",
				       source, LEDGER_SCHEMA_VERSION);
	int r = 0;

	if (!insert)
		return err_set(err, ENOMEM, "out of memory");
	if (sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK ||
	    sqlite3_exec(db, schema, NULL, NULL, NULL) != SQLITE_OK ||
	    sqlite3_exec(db, insert, NULL, NULL, NULL) != SQLITE_OK ||
	    sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
		r = err_set(err, -ledger_errno(sqlite3_errcode(db)),
			    "cannot make the ledger %s: %s", path, sqlite3_errmsg(db));
	sqlite3_free(insert);
	return r;
}

/* Runs SQL without parameters. Returns an SQLite result code. */
static int run_schema(sqlite3 *db, const char *text)
{
	return sqlite3_exec(db, text, NULL, NULL, NULL);
}

/* Adds a column if the table lacks it. Returns an SQLite result code. */
static int add_column(sqlite3 *db, const struct column *column)
{
	char text[160];
	int code = sqlite3_table_column_metadata(db, "main", column->table, column->name, NULL,
						 NULL, NULL, NULL, NULL);

	if (code != SQLITE_ERROR) /* the column is there, or something else is wrong */
		return code;
	snprintf(text, sizeof(text), "ALTER TABLE %s ADD COLUMN %s %s", column->table, column->name,
		 column->type);
	return run_schema(db, text);
}

/* Adds to a ledger of LAST_UNSURE_VERSION or older what it lacks of that version. Returns an SQLite
 * result code. */
static int complete_schema(sqlite3 *db)
{
	int code = SQLITE_OK;

	for (size_t i = 0; code == SQLITE_OK && i < sizeof(late_columns) / sizeof(late_columns[0]);
	     i++)
		code = add_column(db, &late_columns[i]);
	return code == SQLITE_OK ? run_schema(db, late_rest) : code;
}

/* Upgrades a ledger from `version` to LEDGER_SCHEMA_VERSION, within the open transaction. Returns
 * an SQLite result code. */
static int make_schema_steps(sqlite3 *db, int64_t version)
{
	char number[64];
	int code = SQLITE_OK;

	if (version <= LAST_UNSURE_VERSION) {
		code = complete_schema(db);
		version = LAST_UNSURE_VERSION;
	}
	for (; code == SQLITE_OK && version < LEDGER_SCHEMA_VERSION; version++)
		code = run_schema(db, upgrades[version]);
	snprintf(number, sizeof(number), "PRAGMA user_version = %d", LEDGER_SCHEMA_VERSION);
	return code == SQLITE_OK ? run_schema(db, number) : code;
}

int ledger_upgrade(sqlite3 *db, const char *path, int64_t version, struct err *err)
{
	int code, r;

	if (version == LEDGER_SCHEMA_VERSION)
		return 0;
	code = run_schema(db, "BEGIN IMMEDIATE");
	if (code == SQLITE_OK)
		code = make_schema_steps(db, version);
	if (code == SQLITE_OK)
		code = run_schema(db, "COMMIT");
	if (code != SQLITE_OK) {
		r = err_set(err, -ledger_errno(code),
			    "cannot upgrade the ledger %s from version %lld to %d: %s", path,
			    (long long)version, LEDGER_SCHEMA_VERSION, sqlite3_errmsg(db));
		err_detail(err, "what_to_do",
			   "the ledger is what it was before: mend what is wrong and mount again, "
			   "or mount with the cocfs that made the ledger");
		if (!sqlite3_get_autocommit(db))
			run_schema(db, "ROLLBACK");
		return r;
	}
	/* writes the file anew: only then auto_vacuum, which the caller has set, takes effect */
	if (run_schema(db, "VACUUM") != SQLITE_OK)
		log_warning("the ledger %s cannot be made smaller: %s", path, sqlite3_errmsg(db));
	log_info("the ledger %s is of version %d now", path, LEDGER_SCHEMA_VERSION);
	return 0;
}
