/* SPDX-License-Identifier: MIT */
/*
 * The ledger's log is written in few pieces. Everything that SQLite calls committed is in the
 * files. A reader of copies of the files sees it, as the next mount does after a crash.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "ledger/vfs.h"

#define SEED 20261128
#define ROUNDS 300
#define KEYS 40
#define TEXT_MAX 20000

struct fixture {
	char directory[64], path[96], copy[96];
	sqlite3 *db;
};

static void run(sqlite3 *db, const char *sql)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
}

static sqlite3 *open_db(const char *path, const char *vfs)
{
	sqlite3 *db;

	assert_int_equal(
		sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, vfs),
		SQLITE_OK);
	return db;
}

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	if (!fixture || !mkdtemp(strcpy(fixture->directory, "/tmp/cocfs-vfs-XXXXXX")) ||
	    ledger_vfs_begin() < 0)
		return -1;
	snprintf(fixture->path, sizeof(fixture->path), "%s/ledger.db", fixture->directory);
	snprintf(fixture->copy, sizeof(fixture->copy), "%s/copy.db", fixture->directory);
	fixture->db = open_db(fixture->path, LEDGER_VFS);
	run(fixture->db, "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL;"
			 "PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 200;"
			 "CREATE TABLE t (id INTEGER PRIMARY KEY, text BLOB NOT NULL)");
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	sqlite3_close(fixture->db); /* removes the log, as closing a copy does */
	unlink(fixture->path);
	unlink(fixture->copy);
	rmdir(fixture->directory);
	free(fixture);
	return 0;
}

static void copy_file(const char *from, const char *to)
{
	char bytes[1 << 16];
	FILE *in = fopen(from, "r"), *out = fopen(to, "w");
	size_t n;

	assert_true(in && out);
	while ((n = fread(bytes, 1, sizeof(bytes), in)) > 0)
		assert_int_equal(fwrite(bytes, 1, n, out), n);
	fclose(in);
	assert_int_equal(fclose(out), 0);
}

/* Returns the text in the first column of the first row. The caller frees it with
 * sqlite3_free(). */
static char *ask(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *stmt;
	char *text;

	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	text = sqlite3_mprintf("%s", sqlite3_column_text(stmt, 0));
	sqlite3_finalize(stmt);
	assert_non_null(text);
	return text;
}

/* Returns the whole table as one text. The caller frees it with sqlite3_free(). */
static char *all_of(sqlite3 *db)
{
	return ask(db, "SELECT group_concat(id || '=' || hex(text)) FROM t");
}

/* Fails the test unless a copy of the files has the table `wanted` (see all_of()), and passes
 * SQLite's check. */
static void check_files(const struct fixture *fixture, const char *wanted)
{
	char from[128], to[128], *seen, *verdict;
	sqlite3 *db;

	copy_file(fixture->path, fixture->copy);
	snprintf(from, sizeof(from), "%s-wal", fixture->path);
	snprintf(to, sizeof(to), "%s-wal", fixture->copy);
	copy_file(from, to);
	db = open_db(fixture->copy, NULL);
	seen = all_of(db);
	if (strcmp(seen, wanted))
		fail_msg("the files hold %zu bytes, and not the %zu that were committed",
			 strlen(seen), strlen(wanted));
	sqlite3_free(seen);
	verdict = ask(db, "PRAGMA quick_check");
	assert_string_equal(verdict, "ok");
	sqlite3_free(verdict);
	sqlite3_close(db);
}

static void change(sqlite3 *db)
{
	char sql[160];
	int key = rand() % KEYS;

	if (rand() % 5 == 0)
		snprintf(sql, sizeof(sql), "DELETE FROM t WHERE id = %d", key);
	else
		snprintf(sql, sizeof(sql), "INSERT OR REPLACE INTO t VALUES (%d, randomblob(%d))",
			 key, rand() % (rand() % 3 ? 200 : TEXT_MAX) + 1);
	run(db, sql);
}

/* Transactions of all sizes. The cache has few pages, so SQLite writes pages to the log long before
 * the end of a transaction, and some pages more than once. */
static void what_is_committed_is_in_the_files(void **state)
{
	struct fixture *fixture = *state;

	srand(SEED);
	run(fixture->db, "PRAGMA cache_size = 10");
	for (int round = 0; round < ROUNDS; round++) {
		char *before = all_of(fixture->db), *after;
		bool undo = rand() % 4 == 0;

		run(fixture->db, "BEGIN IMMEDIATE");
		for (int n = rand() % (rand() % 4 ? 4 : 60) + 1; n > 0; n--)
			change(fixture->db);
		run(fixture->db, undo ? "ROLLBACK" : "COMMIT");
		after = all_of(fixture->db);
		if (undo)
			assert_string_equal(before, after);
		check_files(fixture, after);
		if (rand() % 20 == 0)
			run(fixture->db, rand() % 2 ? "PRAGMA wal_checkpoint(TRUNCATE)"
						    : "PRAGMA wal_checkpoint(RESTART)");
		sqlite3_free(before);
		sqlite3_free(after);
	}
}

/* A write that fails undoes its transaction and nothing else. The next transaction works. */
static void what_cannot_be_written_is_undone(void **state)
{
	struct fixture *fixture = *state;
	struct rlimit all, none;
	char log[128], *before, *after;
	struct stat st;

	run(fixture->db, "INSERT INTO t VALUES (1, randomblob(100))");
	before = all_of(fixture->db);
	snprintf(log, sizeof(log), "%s-wal", fixture->path);
	assert_int_equal(stat(log, &st), 0);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &all), 0);
	for (int room = 0; room < 5; room++) {
		none = (struct rlimit){.rlim_cur = (rlim_t)(st.st_size + room * 4096),
				       .rlim_max = all.rlim_max};
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
		assert_int_not_equal(sqlite3_exec(fixture->db,
						  "UPDATE t SET text = randomblob(50000)", NULL,
						  NULL, NULL),
				     SQLITE_OK);
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &all), 0);
		check_files(fixture, before);
	}
	run(fixture->db, "UPDATE t SET text = randomblob(50000)");
	after = all_of(fixture->db);
	assert_string_not_equal(before, after);
	check_files(fixture, after);
	sqlite3_free(before);
	sqlite3_free(after);
}

/* Returns how many writes this process has made; -1: the kernel does not say. */
static long writes_so_far(void)
{
	FILE *file = fopen("/proc/self/io", "r");
	char line[128];
	long n = -1;

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "syscw: %ld", &n) == 1)
			break;
	if (file)
		fclose(file);
	return n;
}

static void a_commit_is_one_write(void **state)
{
	struct fixture *fixture = *state;
	long before, after;

	if (writes_so_far() < 0) {
		print_message("skipped: the kernel does not count writes\n");
		skip();
	}
	for (int key = 1; key <= 3; key++)
		run(fixture->db, "INSERT INTO t (text) VALUES (randomblob(9000))");
	run(fixture->db, "BEGIN IMMEDIATE; UPDATE t SET text = randomblob(9000)");
	before = writes_so_far();
	run(fixture->db, "COMMIT");
	after = writes_so_far();
	assert_int_equal(after - before, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_is_committed_is_in_the_files, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(what_cannot_be_written_is_undone, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_commit_is_one_write, set_up, tear_down),
	};

	signal(SIGXFSZ, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
