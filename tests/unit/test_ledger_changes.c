/* SPDX-License-Identifier: MIT */
/* The ledger reports each path whose siblings (NAME.id, NAME.error) show something else: when the
 * row of the path changes, and when that change is undone. */
#define _GNU_SOURCE
#include "ledger/changes.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "ledger/db.h"
#include "ledger/imports.h"
#include "ledger/renames.h"

static const struct ledger_owner space_owner = {.source = "https://coc.example.com"};
static const struct owner ann = {{1001, 1001, 0600}, {0, 0, 01777}};

struct fixture {
	char directory[64], path[128];
	struct ledger *ledger;
	char told[4096]; /* the reported paths, each with a space behind; "*": any path */
};

static void on_change(void *data, int64_t row, const char *path)
{
	struct fixture *fixture = data;
	char word[512], *of_row = NULL;
	size_t length;

	if (row && ledger_path(fixture->ledger, row, &of_row) < 0)
		of_row = strdup("gone");
	snprintf(word, sizeof(word), "%s ", path ? path : of_row ? of_row : "*");
	free(of_row);
	length = strlen(word);
	/* reports of the same path, one after the other, count once */
	if (length <= strlen(fixture->told) &&
	    !strcmp(fixture->told + strlen(fixture->told) - length, word))
		return;
	if (strlen(fixture->told) + length < sizeof(fixture->told))
		strcat(fixture->told, word);
}

static int open_ledger(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	struct err err;

	assert_non_null(fixture);
	strcpy(fixture->directory, "/tmp/test_changes.XXXXXX");
	assert_non_null(mkdtemp(fixture->directory));
	snprintf(fixture->path, sizeof(fixture->path), "%s/ledger", fixture->directory);
	assert_int_equal(ledger_open(fixture->path, &space_owner, &fixture->ledger, &err), 0);
	ledger_on_change(fixture->ledger, on_change, fixture);
	*state = fixture;
	return 0;
}

static int close_ledger(void **state)
{
	struct fixture *fixture = *state;

	ledger_close(fixture->ledger);
	unlink(fixture->path);
	rmdir(fixture->directory);
	free(fixture);
	return 0;
}

/* Commits the ledger. Returns the paths that the ledger reported for it, in fixture->told. */
static const char *commit(struct fixture *fixture)
{
	fixture->told[0] = '\0';
	assert_int_equal(ledger_commit(fixture->ledger, false), 0);
	return fixture->told;
}

/* Makes a row for a path, and commits. Returns the row. */
static int64_t make_row(struct fixture *fixture, const char *path)
{
	int64_t row;

	assert_int_equal(ledger_ensure(fixture->ledger, path, &ann, &row), 0);
	commit(fixture);
	return row;
}

static void bind_row(struct fixture *fixture, int64_t row, const char *job_id)
{
	const struct attr_set attrs = {0};

	assert_int_equal(ledger_bind(fixture->ledger, row,
				     &(struct ledger_binding){.job_id = job_id,
							      .versions = {1, 1},
							      .attrs = &attrs}),
			 0);
}

static void each_change_is_told(void **state)
{
	struct fixture *fixture = *state;
	int64_t one = make_row(fixture, "sub/one.yaml"), two = make_row(fixture, "two.yaml");

	bind_row(fixture, one, "DM1");
	assert_int_equal(ledger_dismiss(fixture->ledger, one), 0);
	bind_row(fixture, two, "DM2");
	assert_string_equal(commit(fixture), "sub/one.yaml two.yaml ");
	assert_string_equal(commit(fixture), "");
}

static void what_is_undone_is_told(void **state)
{
	struct fixture *fixture = *state;
	int64_t row = make_row(fixture, "a.yaml");

	bind_row(fixture, row, "DM1");
	fixture->told[0] = '\0';
	ledger_undo(fixture->ledger);
	assert_string_equal(fixture->told, "a.yaml ");
	assert_string_equal(commit(fixture), "");
	assert_int_equal(ledger_ensure(fixture->ledger, "new.yaml", &ann, &(int64_t){0}), 0);
	fixture->told[0] = '\0';
	ledger_undo(fixture->ledger);
	assert_string_equal(fixture->told, "gone ");
}

/* A change that was reported before the commit is not reported by the commit. Its undo is
 * reported. */
static void what_is_told_before_the_commit_is_told_once(void **state)
{
	struct fixture *fixture = *state;
	int64_t row = make_row(fixture, "a.yaml");

	fixture->told[0] = '\0';
	bind_row(fixture, row, "DM1");
	assert_string_equal(fixture->told, "");
	ledger_tell_changes(fixture->ledger);
	assert_string_equal(fixture->told, "a.yaml ");
	assert_string_equal(commit(fixture), "");
	assert_int_equal(ledger_dismiss(fixture->ledger, row), 0);
	ledger_tell_changes(fixture->ledger);
	/* the row, which was reported, changes again */
	assert_int_equal(ledger_set_aside(fixture->ledger, row), 0);
	fixture->told[0] = '\0';
	ledger_tell_changes(fixture->ledger);
	assert_string_equal(fixture->told, "a.yaml ");
	fixture->told[0] = '\0';
	ledger_undo(fixture->ledger);
	assert_string_equal(fixture->told, "a.yaml ");
}

/* The commit reports the path of a row that was deleted, although the path cannot be looked up any
 * more. */
static void a_row_that_is_deleted_is_told(void **state)
{
	struct fixture *fixture = *state;
	int64_t row = make_row(fixture, "sub/a.yaml");

	assert_int_equal(ledger_drop(fixture->ledger, row), 0);
	assert_string_equal(commit(fixture), "sub/a.yaml ");
}

static void a_row_that_is_set_aside_is_told_by_the_name_of_its_file(void **state)
{
	struct fixture *fixture = *state;
	int64_t row = make_row(fixture, "sub/a.yaml");

	assert_int_equal(ledger_set_aside(fixture->ledger, row), 0);
	assert_string_equal(commit(fixture), "sub/a.yaml ");
	assert_int_equal(ledger_bring_back(fixture->ledger, row), 0);
	assert_string_equal(commit(fixture), "sub/a.yaml ");
}

/* A rename of a file is reported by both paths, because the siblings leave the old name. A rename
 * of a directory is not reported: the siblings in it move with it. */
static void a_rename_of_a_file_is_told_by_both_names(void **state)
{
	struct fixture *fixture = *state;
	struct job_rename rename = {.from = "sub/a.yaml", .to = "b.yaml"};

	make_row(fixture, "sub/a.yaml");
	assert_int_equal(ledger_rename_begin(fixture->ledger, &rename), 0);
	assert_int_equal(ledger_rename_done(fixture->ledger, &rename), 0);
	assert_string_equal(commit(fixture), "b.yaml sub/a.yaml b.yaml ");
	rename = (struct job_rename){.from = "d", .to = "e", .directory = true};
	make_row(fixture, "d/a.yaml");
	assert_int_equal(ledger_rename_begin(fixture->ledger, &rename), 0);
	assert_int_equal(ledger_rename_done(fixture->ledger, &rename), 0);
	assert_string_equal(commit(fixture), "");
	assert_int_equal(ledger_row(fixture->ledger, "e/a.yaml", &(int64_t){0}), 0);
}

static void imports_are_told(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(ledger_import_add(fixture->ledger, "DM1", 1), 0);
	assert_string_equal(commit(fixture), ""); /* the import has no name yet */
	assert_int_equal(ledger_import_place(fixture->ledger, "DM1", "a.yaml"), 0);
	assert_string_equal(commit(fixture), "a.yaml ");
	assert_int_equal(ledger_import_tell(fixture->ledger, "DM1", "a story"), 0);
	assert_string_equal(commit(fixture), "a.yaml ");
	assert_int_equal(ledger_import_take_name(fixture->ledger, "a.yaml"), 0);
	assert_string_equal(commit(fixture), "a.yaml ");
	assert_int_equal(ledger_import_place(fixture->ledger, "DM1", "b.yaml"), 0);
	assert_int_equal(ledger_import_drop(fixture->ledger, "DM1"), 0);
	assert_string_equal(commit(fixture), "b.yaml ");
}

static void more_than_can_be_noted_is_any_path(void **state)
{
	struct fixture *fixture = *state;
	char path[300];

	for (int i = 0; i < 5000; i++) {
		int64_t row;

		snprintf(path, sizeof(path), "%0240d/a.yaml", i);
		assert_int_equal(ledger_ensure(fixture->ledger, path, &ann, &row), 0);
		assert_int_equal(ledger_drop(fixture->ledger, row), 0);
	}
	assert_string_equal(commit(fixture), "* ");
	make_row(fixture, "a.yaml");
	assert_string_equal(fixture->told, "a.yaml ");
}

/* ---- changes of a single column ---- */

static void run_sql(struct fixture *fixture, const char *sql)
{
	int r = 0;

	/* ledger_write() begins a transaction */
	assert_non_null(ledger_write(fixture->ledger, STMT_IS_BOUND, &r));
	assert_int_equal(sqlite3_exec(fixture->ledger->db, sql, NULL, NULL, NULL), SQLITE_OK);
}

/* Writes what the siblings of a path depend on, such as sizes, times and owners, as 512 bytes that
 * can be compared. All are 0 if the ledger does not have the path. */
static void look_at(struct fixture *fixture, const char *path, bool is_import, char ret_seen[512])
{
	struct job_glance job = {0};
	struct import_glance import = {0};

	memset(ret_seen, 0, 512);
	if (is_import && ledger_import_glance(fixture->ledger, path, &import) == 0)
		snprintf(ret_seen, 512, "%llu %llu %lld", (unsigned long long)import.id_size,
			 (unsigned long long)import.error_size, (long long)import.changed_ms);
	else if (!is_import && ledger_glance(fixture->ledger, path, &job) == 0)
		snprintf(ret_seen, 512, "%llu %llu %lld %u %u %o %d %u %d",
			 (unsigned long long)job.id_size, (unsigned long long)job.error_size,
			 (long long)job.changed_ms, job.holding.owner.file.uid,
			 job.holding.owner.file.gid, job.holding.owner.file.mode,
			 job.holding.has_heir, job.holding.heir, job.holding.heir_reads);
}

/* Changes one column of a row after the other, and undoes each change. If the siblings show
 * something else after the change, ledger_undo() must report the path. Returns how many columns
 * changed what they show. */
static int check_columns(struct fixture *fixture, const char *table, const char *where,
			 const char *path, bool is_import)
{
	sqlite3_stmt *columns;
	char sql[512], before[512], after[512];
	int shown = 0;

	snprintf(sql, sizeof(sql), "SELECT name, type FROM pragma_table_info('%s')", table);
	assert_int_equal(sqlite3_prepare_v2(fixture->ledger->db, sql, -1, &columns, NULL),
			 SQLITE_OK);
	while (sqlite3_step(columns) == SQLITE_ROW) {
		const char *name = (const char *)sqlite3_column_text(columns, 0);
		bool is_number = !strcmp((const char *)sqlite3_column_text(columns, 1), "INTEGER");

		look_at(fixture, path, is_import, before);
		snprintf(sql, sizeof(sql), "UPDATE %s SET %s = %s WHERE %s", table, name,
			 is_number ? "77" : "'another text'", where);
		run_sql(fixture, sql);
		look_at(fixture, path, is_import, after);
		fixture->told[0] = '\0';
		ledger_undo(fixture->ledger);
		if (!strcmp(before, after))
			continue;
		shown++;
		if (!strstr(fixture->told, path))
			fail_msg("%s.%s changes what is shown, and nobody is told", table, name);
	}
	sqlite3_finalize(columns);
	return shown;
}

static void each_column_that_a_sibling_shows_is_told(void **state)
{
	struct fixture *fixture = *state;
	struct err err = {.errnum = EINVAL};
	int64_t row = make_row(fixture, "sub/a.yaml");

	bind_row(fixture, row, "DM1");
	assert_int_equal(ledger_refuse(fixture->ledger, row, false, &err, "a story"), 0);
	commit(fixture);
	/* siblings depend on the columns dir, name, job_id, error, dismissed, changed_ms, uid, gid,
	 * mode, heir, heir_reads */
	assert_true(check_columns(fixture, "job", "job_id = 'DM1'", "sub/a.yaml", false) >= 9);
	assert_int_equal(ledger_import_add(fixture->ledger, "DM2", 1), 0);
	assert_int_equal(ledger_import_place(fixture->ledger, "DM2", "b.yaml"), 0);
	assert_int_equal(ledger_import_tell(fixture->ledger, "DM2", "a story"), 0);
	commit(fixture);
	/* siblings of imports depend on the columns job_id, name, state, error, changed_ms */
	assert_true(check_columns(fixture, "import", "job_id = 'DM2'", "b.yaml", true) >= 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_change_is_told, open_ledger, close_ledger),
		cmocka_unit_test_setup_teardown(what_is_undone_is_told, open_ledger, close_ledger),
		cmocka_unit_test_setup_teardown(what_is_told_before_the_commit_is_told_once,
						open_ledger, close_ledger),
		cmocka_unit_test_setup_teardown(a_row_that_is_deleted_is_told, open_ledger,
						close_ledger),
		cmocka_unit_test_setup_teardown(
			a_row_that_is_set_aside_is_told_by_the_name_of_its_file, open_ledger,
			close_ledger),
		cmocka_unit_test_setup_teardown(a_rename_of_a_file_is_told_by_both_names,
						open_ledger, close_ledger),
		cmocka_unit_test_setup_teardown(imports_are_told, open_ledger, close_ledger),
		cmocka_unit_test_setup_teardown(more_than_can_be_noted_is_any_path, open_ledger,
						close_ledger),
		cmocka_unit_test_setup_teardown(each_column_that_a_sibling_shows_is_told,
						open_ledger, close_ledger),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
