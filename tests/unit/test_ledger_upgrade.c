/* SPDX-License-Identifier: MIT */
/* Ledgers of older versions (tests/ledgers). Each can be opened, keeps its contents, and gets the
 * tables of a new ledger. An upgrade that fails changes nothing. */
#define _GNU_SOURCE
#include "ledger/ledger.h"

#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "base/cleanup.h"

#define SOURCE "local" /* the service whose jobs each ledger in tests/ledgers has */

static const struct ledger_owner space_owner = {.source = SOURCE};
#define FIXTURES_MAX 64

/* Lists the tables, columns and indexes of a ledger, sorted, without SQLite's own. */
static const char describe[] = "SELECT group_concat(word, ' ') FROM ("
			       "SELECT m.name || '.' || c.name AS word FROM sqlite_master AS m, "
			       "pragma_table_info(m.name) AS c"
			       " WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' "
			       "UNION ALL SELECT sql FROM sqlite_master WHERE type = 'index' AND "
			       "sql IS NOT NULL ORDER BY 1)";

/* These two queries list what an upgrade must keep. */
static const char all_bindings[] = "SELECT group_concat(word, ' ') FROM (SELECT dir || '/' || name "
				   "|| '=' || ifnull(job_id, '-')"
				   " || '@' || version AS word FROM job ORDER BY 1)";
static const char all_submissions[] =
	"SELECT group_concat(word, ' ') FROM (SELECT id || ':' || job || ':' || state || ':'"
	" || hex(digest) AS word FROM submission ORDER BY 1)";
static const char whole_schema[] = "SELECT group_concat(sql, ' ') FROM"
				   " (SELECT sql FROM sqlite_master ORDER BY name)";
static const char version_of[] = "PRAGMA user_version";

struct fixtures {
	char directory[64], path[128];
	char *names[FIXTURES_MAX]; /* the files of LEDGERS_DIR: "v1-first.sql", … */
	size_t n;
};

static int find_fixtures(void **state)
{
	struct fixtures *fixtures = calloc(1, sizeof(*fixtures));
	DIR *dir = opendir(LEDGERS_DIR);
	struct dirent *entry;

	assert_non_null(fixtures);
	assert_non_null(dir);
	while ((entry = readdir(dir)))
		if (strstr(entry->d_name, ".sql") && fixtures->n < FIXTURES_MAX)
			fixtures->names[fixtures->n++] = strdup(entry->d_name);
	closedir(dir);
	strcpy(fixtures->directory, "/tmp/test_ledger_upgrade.XXXXXX");
	assert_non_null(mkdtemp(fixtures->directory));
	snprintf(fixtures->path, sizeof(fixtures->path), "%s/ledger.db", fixtures->directory);
	*state = fixtures;
	return 0;
}

static void remove_ledger(const struct fixtures *fixtures)
{
	char name[160];

	unlink(fixtures->path);
	snprintf(name, sizeof(name), "%s-wal", fixtures->path);
	unlink(name);
	snprintf(name, sizeof(name), "%s-journal", fixtures->path);
	unlink(name);
}

static int drop_fixtures(void **state)
{
	struct fixtures *fixtures = *state;

	remove_ledger(fixtures);
	rmdir(fixtures->directory);
	for (size_t i = 0; i < fixtures->n; i++)
		free(fixtures->names[i]);
	free(fixtures);
	return 0;
}

/* Reads a whole file as a string. The caller frees it. */
static char *read_file(const char *path)
{
	FILE *file = fopen(path, "re");
	char *text;
	long size;

	assert_non_null(file);
	assert_int_equal(fseek(file, 0, SEEK_END), 0);
	size = ftell(file);
	rewind(file);
	text = calloc(1, (size_t)size + 1);
	assert_non_null(text);
	assert_int_equal(fread(text, 1, (size_t)size, file), size);
	fclose(file);
	return text;
}

/* Runs SQL on the ledger directly, without cocfs. */
static void run(const struct fixtures *fixtures, const char *text)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(fixtures->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, text, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* Returns the answer to a query for one value. The caller frees it. */
static char *ask(const struct fixtures *fixtures, const char *query)
{
	sqlite3 *db;
	sqlite3_stmt *stmt;
	char *answer;

	assert_int_equal(sqlite3_open(fixtures->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, query, -1, &stmt, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	answer = strdup((const char *)sqlite3_column_text(stmt, 0));
	sqlite3_finalize(stmt);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	assert_non_null(answer);
	return answer;
}

/* Replaces the ledger of the test by an older one: runs the SQL of the file name in
 * tests/ledgers. */
static void make(const struct fixtures *fixtures, const char *name)
{
	char path[512];
	_cleanup_free_ char *text = NULL;

	snprintf(path, sizeof(path), "%s/%s", LEDGERS_DIR, name);
	text = read_file(path);
	remove_ledger(fixtures);
	run(fixtures, text);
}

/* Makes a new ledger and returns its answer to a query. The caller frees it. */
static char *ask_new(const struct fixtures *fixtures, const char *query)
{
	struct ledger *ledger;
	struct err err;

	remove_ledger(fixtures);
	assert_int_equal(ledger_open(fixtures->path, &space_owner, &ledger, &err), 0);
	ledger_close(ledger);
	return ask(fixtures, query);
}

static void each_schema_version_has_a_fixture(void **state)
{
	struct fixtures *fixtures = *state;
	_cleanup_free_ char *newest = ask_new(fixtures, version_of);

	for (int version = 1; version <= atoi(newest); version++) {
		char plain[32], more[32];
		bool found = false;

		snprintf(plain, sizeof(plain), "v%d.sql", version);
		snprintf(more, sizeof(more), "v%d-", version);
		for (size_t i = 0; i < fixtures->n; i++)
			found |= !strcmp(fixtures->names[i], plain) ||
				 !strncmp(fixtures->names[i], more, strlen(more));
		if (!found)
			fail_msg(
				"there is no ledger of schema version %d in tests/ledgers: make it "
				"with  tests/ledgers/make.py build/fs/cocfs  and commit it "
				"together with the change of the schema (tests/ledgers/README.md)",
				version);
	}
}

/* After its upgrade a ledger of each version has the tables of a new ledger, and the bindings and
 * submissions that it had. */
static void a_ledger_of_each_version_is_upgraded_and_keeps_what_it_has(void **state)
{
	struct fixtures *fixtures = *state;
	_cleanup_free_ char *expected = ask_new(fixtures, describe);
	_cleanup_free_ char *newest = ask(fixtures, version_of);

	assert_true(fixtures->n > 0);
	for (size_t i = 0; i < fixtures->n; i++) {
		_cleanup_free_ char *bindings = NULL, *submissions = NULL, *now = NULL,
				    *kept = NULL, *left = NULL, *number = NULL;
		struct ledger *ledger;
		struct job_record job = {0};
		struct err err = {0};

		make(fixtures, fixtures->names[i]);
		bindings = ask(fixtures, all_bindings);
		submissions = ask(fixtures, all_submissions);
		if (ledger_open(fixtures->path, &space_owner, &ledger, &err) < 0)
			fail_msg("%s: %s", fixtures->names[i], err.text);
		assert_int_equal(ledger_find(ledger, "sub/b.yaml", &job), 0);
		assert_non_null(job.job_id);
		assert_non_null(strstr(bindings, job.job_id));
		job_record_finish(&job);
		ledger_close(ledger);
		now = ask(fixtures, describe);
		number = ask(fixtures, version_of);
		kept = ask(fixtures, all_bindings);
		left = ask(fixtures, all_submissions);
		if (strcmp(now, expected))
			fail_msg("%s: after its upgrade it has\n%s\nand a new ledger has\n%s\n(a "
				 "change "
				 "of the schema needs a new version and a step: "
				 "fs/ledger/schema.c)",
				 fixtures->names[i], now, expected);
		assert_string_equal(number, newest);
		assert_string_equal(kept, bindings);
		assert_string_equal(left, submissions);
	}
}

/* A ledger of version 7 has one version for each job, and no base. The upgrade makes that version
 * the base, also of an update that is under way. */
static void the_version_that_was_recorded_is_the_base(void **state)
{
	struct fixtures *fixtures = *state;
	_cleanup_free_ char *bases = NULL, *updates = NULL;
	struct ledger *ledger;
	struct job_record job = {0};
	struct err err = {0};

	make(fixtures, "v7.sql");
	run(fixtures, "UPDATE job SET version = 3 WHERE name = 'a.yaml';"
		      "UPDATE submission SET kind = 2, state = 2, job = (SELECT id FROM job"
		      " WHERE name = 'a.yaml') WHERE id = (SELECT min(id) FROM submission)");
	assert_int_equal(ledger_open(fixtures->path, &space_owner, &ledger, &err), 0);
	assert_int_equal(ledger_find(ledger, "a.yaml", &job), 0);
	assert_int_equal(job.version, 3);
	assert_int_equal(job.base, 3);
	job_record_finish(&job);
	ledger_close(ledger);
	bases = ask(fixtures, "SELECT count(*) FROM job WHERE base <> version");
	updates = ask(fixtures, "SELECT group_concat(onto, ' ') FROM submission WHERE kind = 2");
	assert_string_equal(bases, "0");
	assert_string_equal(updates, "3");
}

/* An upgrade that cannot be done: a table already has the name submission_queued, which the upgrade
 * needs for an index. */
static void a_failed_upgrade_changes_nothing_and_names_the_file(void **state)
{
	struct fixtures *fixtures = *state;
	struct ledger *ledger = NULL;
	unsigned tried = 0;

	for (size_t i = 0; i < fixtures->n; i++) {
		_cleanup_free_ char *schema = NULL, *bindings = NULL, *version = NULL, *now = NULL,
				    *kept = NULL, *number = NULL;
		struct err err = {0};

		if (strncmp(fixtures->names[i], "v1-", 3) && strncmp(fixtures->names[i], "v2-", 3))
			continue;
		make(fixtures, fixtures->names[i]);
		run(fixtures, "CREATE TABLE submission_queued (x)");
		schema = ask(fixtures, whole_schema);
		bindings = ask(fixtures, all_bindings);
		version = ask(fixtures, version_of);
		assert_int_equal(ledger_open(fixtures->path, &space_owner, &ledger, &err), -EIO);
		assert_non_null(strstr(err.text, fixtures->path));
		assert_non_null(strstr(err.details, "what_to_do"));
		now = ask(fixtures, whole_schema);
		kept = ask(fixtures, all_bindings);
		number = ask(fixtures, version_of);
		assert_string_equal(now, schema);
		assert_string_equal(kept, bindings);
		assert_string_equal(number, version);
		run(fixtures, "DROP TABLE submission_queued");
		assert_int_equal(ledger_open(fixtures->path, &space_owner, &ledger, &err), 0);
		ledger_close(ledger);
		tried++;
	}
	assert_true(tried >= 5);
}

/* Upgrades with files limited to 0, 2048, 4096, … bytes, until an upgrade succeeds. After each try
 * the bindings are the same, and the schema is either unchanged or completely upgraded. */
static void an_upgrade_on_a_full_disk_is_whole_or_not_done(void **state)
{
	struct fixtures *fixtures = *state;
	_cleanup_free_ char *newest = ask_new(fixtures, version_of);
	struct rlimit before, limit;
	unsigned failed = 0;
	bool done = false;

	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	for (rlim_t bytes = 0; !done; bytes += 2048) {
		_cleanup_free_ char *schema = NULL, *bindings = NULL, *now = NULL, *kept = NULL,
				    *number = NULL;
		struct ledger *ledger = NULL;
		struct err err = {0};
		int r;

		make(fixtures, "v1-queue.sql");
		schema = ask(fixtures, whole_schema);
		bindings = ask(fixtures, all_bindings);
		limit = (struct rlimit){.rlim_cur = bytes, .rlim_max = before.rlim_max};
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
		r = ledger_open(fixtures->path, &space_owner, &ledger, &err);
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
		if (r == 0)
			ledger_close(ledger);
		else
			assert_non_null(strstr(err.text, fixtures->path));
		now = ask(fixtures, whole_schema);
		kept = ask(fixtures, all_bindings);
		number = ask(fixtures, version_of);
		assert_string_equal(kept, bindings);
		done = r == 0;
		failed += r < 0;
		if (!strcmp(now, schema))
			assert_string_equal(number, "1");
		else
			assert_string_equal(number, newest);
	}
	assert_true(failed > 2);
}

static void what_is_no_ledger_is_refused(void **state)
{
	struct fixtures *fixtures = *state;
	struct ledger *ledger = NULL;
	struct err err = {0};

	remove_ledger(fixtures);
	run(fixtures, "CREATE TABLE space (other); PRAGMA user_version = -7");
	assert_int_equal(ledger_open(fixtures->path, &space_owner, &ledger, &err), -EUCLEAN);
	assert_non_null(strstr(err.text, fixtures->path));
	run(fixtures, "PRAGMA user_version = 0");
	assert_true(ledger_open(fixtures->path, &space_owner, &ledger, &err) < 0);
	assert_non_null(strstr(err.text, fixtures->path));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_schema_version_has_a_fixture, find_fixtures,
						drop_fixtures),
		cmocka_unit_test_setup_teardown(the_version_that_was_recorded_is_the_base,
						find_fixtures, drop_fixtures),
		cmocka_unit_test_setup_teardown(
			a_ledger_of_each_version_is_upgraded_and_keeps_what_it_has, find_fixtures,
			drop_fixtures),
		cmocka_unit_test_setup_teardown(a_failed_upgrade_changes_nothing_and_names_the_file,
						find_fixtures, drop_fixtures),
		cmocka_unit_test_setup_teardown(an_upgrade_on_a_full_disk_is_whole_or_not_done,
						find_fixtures, drop_fixtures),
		cmocka_unit_test_setup_teardown(what_is_no_ledger_is_refused, find_fixtures,
						drop_fixtures),
	};

	return cmocka_run_group_tests_name("ledger upgrade", tests, NULL, NULL);
}
