/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "service/bounds.h"
#include "service/store/sqlite.h"

/* Marks a data file of the local service: "cocd" in ASCII. */
#define APPLICATION_ID 1668248420
#define SCHEMA_VERSION 3
#define STRINGIFY_(x) #x
#define STRINGIFY(x) STRINGIFY_(x)

#define ADD_PARTS                                                                                  \
	" INSERT OR IGNORE INTO name_parts SELECT substr(lower(new.name), begin, 64), new.number"  \
	" FROM part_begins WHERE begin <= length(new.name);"
#define DROP_PARTS                                                                                 \
	" DELETE FROM name_parts WHERE document = old.number AND part IN"                          \
	" (SELECT substr(lower(old.name), begin, 64) FROM part_begins"                             \
	" WHERE begin <= length(old.name));"

/*
 * Each text makes a layout of the tables from the layout before it; the first text makes layout 1
 * in an empty file. Layout 1 has documents, 2 adds executions, 3 adds the parts of the documents'
 * names (list.c). A document can be deleted while its executions stay: an execution has a copy of
 * what it needs, and does not refer to the document.
 */
static const char *const layouts[SCHEMA_VERSION] = {
	"CREATE TABLE documents ("
	" number INTEGER PRIMARY KEY AUTOINCREMENT,"
	" document_id TEXT NOT NULL UNIQUE,"
	" name TEXT NOT NULL,"
	" description TEXT NOT NULL,"
	" risk_level TEXT NOT NULL,"
	" enterprise_project_id TEXT NOT NULL,"
	" tags TEXT NOT NULL," /* no call shows the tags of a document, only those of an execution
				*/
	" creator TEXT NOT NULL,"
	" modifier TEXT,"
	" create_time_ms INTEGER NOT NULL,"
	" update_time_ms INTEGER NOT NULL,"
	" version INTEGER NOT NULL"
	") STRICT;"
	"CREATE TABLE versions ("
	" document INTEGER NOT NULL REFERENCES documents(number) ON DELETE CASCADE,"
	" version INTEGER NOT NULL,"
	" version_uuid TEXT NOT NULL UNIQUE,"
	" create_time_ms INTEGER NOT NULL,"
	" content TEXT NOT NULL,"
	" PRIMARY KEY (document, version)"
	") STRICT;"
	"PRAGMA application_id = " STRINGIFY(APPLICATION_ID) ";"
							     "PRAGMA user_version = 1",
	"CREATE TABLE executions ("
	" number INTEGER PRIMARY KEY AUTOINCREMENT,"
	" execution_id TEXT NOT NULL UNIQUE,"
	" document_id TEXT NOT NULL,"
	" document_name TEXT NOT NULL,"
	" version_uuid TEXT NOT NULL,"
	" version INTEGER NOT NULL,"
	" content TEXT NOT NULL,"
	" tags TEXT NOT NULL,"
	" creator TEXT NOT NULL,"
	" description TEXT NOT NULL,"
	" type TEXT NOT NULL,"
	" target_parameter_name TEXT NOT NULL,"
	" parameters TEXT NOT NULL,"
	" sys_tags TEXT NOT NULL,"
	" targets TEXT NOT NULL,"
	" start_time_ms INTEGER NOT NULL,"
	" step_ms INTEGER NOT NULL,"
	" change_time_ms INTEGER NOT NULL,"
	" acts TEXT NOT NULL,"
	" moving TEXT NOT NULL,"
	" settled TEXT NOT NULL,"
	" settle_time_ms INTEGER NOT NULL,"
	" ends INTEGER NOT NULL"
	") STRICT;"
	"CREATE INDEX executions_of_documents ON executions (document_id);"
	"PRAGMA user_version = 2",
	"CREATE TABLE name_parts ("
	" part TEXT NOT NULL,"
	" document INTEGER NOT NULL,"
	" PRIMARY KEY (part, document)"
	") STRICT, WITHOUT ROWID;"
	"CREATE TABLE part_begins (begin INTEGER PRIMARY KEY) STRICT;"
	"WITH RECURSIVE begins(begin) AS"
	" (VALUES (1) UNION ALL SELECT begin + 4 FROM begins WHERE begin < 125)"
	" INSERT INTO part_begins SELECT begin FROM begins;"
	"INSERT OR IGNORE INTO name_parts SELECT substr(lower(name), begin, 64), number"
	" FROM documents JOIN part_begins ON begin <= length(name) ORDER BY 1, 2;"
	"CREATE TRIGGER parts_of_new AFTER INSERT ON documents BEGIN" ADD_PARTS " END;"
	"CREATE TRIGGER parts_of_deleted AFTER DELETE ON documents BEGIN" DROP_PARTS " END;"
	"CREATE TRIGGER parts_of_renamed AFTER UPDATE OF name ON documents"
	" WHEN new.name <> old.name BEGIN" DROP_PARTS ADD_PARTS " END;"
	"PRAGMA user_version = 3",
};

/* Runs a query in SQL whose answer is one number. Returns 0 and the number, or -errno with err
 * filled. */
static int ask_number(sqlite3 *db, const char *question, int64_t *ret_number, struct err *err)
{
	sqlite3_stmt *statement = NULL;
	int r = 0;

	if (sqlite3_prepare_v2(db, question, -1, &statement, NULL) != SQLITE_OK ||
	    sqlite3_step(statement) != SQLITE_ROW)
		r = db_sqlite_error(db, err);
	else
		*ret_number = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return r;
}

/* Checks that a file is a data file of this service. Returns the version of its layout; 0: the file
 * is empty; or -errno with err filled. */
static int recognize_database(sqlite3 *db, struct err *err)
{
	int64_t application = 0, version = 0, tables = 0;
	int r;

	r = ask_number(db, "PRAGMA application_id", &application, err);
	if (r == 0)
		r = ask_number(db, "PRAGMA user_version", &version, err);
	if (r == 0)
		r = ask_number(db, "SELECT count(*) FROM sqlite_schema", &tables, err);
	if (r < 0)
		return r;
	if (!application && !version && !tables)
		return 0;
	if (application != APPLICATION_ID || version < 1)
		return err_set(err, EINVAL, "it is a database of another program");
	if (version > SCHEMA_VERSION)
		return err_set(err, EINVAL,
			       "its layout is version %lld, and this program knows version %d",
			       (long long)version, SCHEMA_VERSION);
	return (int)version;
}

static int run_statements(sqlite3 *db, const char *statements, struct err *err)
{
	return sqlite3_exec(db, statements, NULL, NULL, NULL) == SQLITE_OK
		       ? 0
		       : db_sqlite_error(db, err);
}

/* Makes the missing tables, unless another process has made them in the meantime. Returns 0 or
 * -errno. */
static int make_tables(sqlite3 *db, struct err *err)
{
	int r, layout;

	r = run_statements(db, "BEGIN IMMEDIATE", err);
	if (r < 0)
		return r;
	layout = recognize_database(db, err);
	r = layout < 0 ? layout : 0;
	for (; r == 0 && layout < SCHEMA_VERSION; layout++)
		r = run_statements(db, layouts[layout], err);
	if (r == 0)
		r = run_statements(db, "COMMIT", err);
	if (r < 0)
		run_statements(db, "ROLLBACK", NULL);
	return r;
}

/*
 * Sets up a database: WAL with synchronous=FULL, and the tables of this version. So a commit is on
 * the disk when it returns, and costs one fsync. Readers from outside, such as a backup, do not
 * hold a commit up. Returns 0; or -errno with err filled.
 */
static int set_up_database(sqlite3 *db, struct err *err)
{
	int64_t wal = 0;
	int r, layout = 0;

	sqlite3_busy_timeout(db, SERVICE_BUSY_MS);
	r = run_statements(
		db,
		"PRAGMA trusted_schema = OFF; PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL",
		err);
	if (r == 0)
		layout = recognize_database(db, err);
	if (r < 0 || layout < 0)
		return r < 0 ? r : layout;
	r = run_statements(db, "PRAGMA journal_mode = WAL", err);
	if (r == 0 && layout < SCHEMA_VERSION)
		r = make_tables(db, err);
	if (r < 0)
		return r;
	/* ask whether the mode is WAL now: on a file system without shared memory SQLite keeps the
	 * old mode, and reports no error */
	r = ask_number(db, "SELECT journal_mode = 'wal' FROM pragma_journal_mode", &wal, err);
	if (r == 0 && !wal)
		return err_set(err, ENOTSUP, "its file system does not support SQLite's WAL mode");
	return r;
}

/* Makes the data file if it is missing: durable, and for its owner only. Returns 0; -EINVAL if path
 * is no regular file; or another -errno. */
static int make_file(const char *path)
{
	_cleanup_close_ int fd = -1, parent = -1;
	_cleanup_free_ char *copy = NULL;
	struct stat st;
	char *slash;

	if (stat(path, &st) == 0)
		return S_ISREG(st.st_mode) ? 0 : -EINVAL;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	copy = strdup(path);
	if (!copy)
		return -ENOMEM;
	slash = strrchr(copy, '/');
	if (slash)
		slash[slash == copy] = '\0';
	parent = open(slash ? copy : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fsync(fd) < 0 || parent < 0 || fsync(parent) < 0 ? -errno : 0;
}

static int prepare_statement(struct db_sqlite *sqlite, const char *text,
			     sqlite3_stmt **ret_statement, struct err *err)
{
	return sqlite3_prepare_v3(sqlite->handle, text, -1, SQLITE_PREPARE_PERSISTENT,
				  ret_statement, NULL) == SQLITE_OK
		       ? 0
		       : db_sqlite_error(sqlite->handle, err);
}

static int open_sqlite(const char *path, struct db_sqlite *sqlite, struct err *err)
{
	_cleanup_free_ char *real = NULL;
	int r;

	r = make_file(path);
	if (r < 0)
		return err_set(err, -r, "%s", r == -EINVAL ? "not a regular file" : strerror(-r));
	/* use an absolute path: some other names mean something special to SQLite */
	real = realpath(path, NULL);
	if (!real)
		return err_set(err, errno, "%s", strerror(errno));
	if (sqlite3_open_v2(real, &sqlite->handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
			    NULL) != SQLITE_OK)
		return db_sqlite_error(sqlite->handle, err);
	r = set_up_database(sqlite->handle, err);
	if (r == 0)
		r = prepare_statement(sqlite, "BEGIN IMMEDIATE", &sqlite->begin, err);
	if (r == 0)
		r = prepare_statement(sqlite, "COMMIT", &sqlite->commit, err);
	for (int i = 0; r == 0 && i < STATEMENTS; i++)
		r = prepare_statement(sqlite, db_statements[i], &sqlite->statements[i], err);
	return r;
}

int db_sqlite_open(const char *path, struct db **ret_db, struct err *err)
{
	struct db_sqlite *sqlite = calloc(1, sizeof(*sqlite));
	struct err cause = {0};

	if (!sqlite)
		return err_set(err, ENOMEM, "out of memory");
	sqlite->db.ops = &db_sqlite_ops;
	if (open_sqlite(path, sqlite, &cause) < 0) {
		db_close(&sqlite->db);
		err_context(&cause, "cannot use the data file %s", path);
		if (err)
			*err = cause;
		return -cause.errnum;
	}
	*ret_db = &sqlite->db;
	return 0;
}
