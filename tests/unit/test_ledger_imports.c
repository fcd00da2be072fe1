/* SPDX-License-Identifier: MIT */
/* Tests of the records of imports. An import is a job of the service that no path is bound to: it
 * gets a name, and a file in the root. When a user has removed that file, the record stays as a
 * tombstone, and the file does not come back. */
#define _GNU_SOURCE
#include "ledger/imports.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "ledger/catalogue.h"

static const struct ledger_owner space_owner = {.source = "local"};

struct fixture {
	char directory[64], path[128];
	struct ledger *ledger;
};

static const struct owner nobody;

static int open_ledger(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	struct err err;

	assert_non_null(fixture);
	strcpy(fixture->directory, "/tmp/test_imports.XXXXXX");
	assert_non_null(mkdtemp(fixture->directory));
	snprintf(fixture->path, sizeof(fixture->path), "%s/ledger", fixture->directory);
	assert_int_equal(ledger_open(fixture->path, &space_owner, &fixture->ledger, &err), 0);
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

/* Puts a job into the ledger as a scan does that finds it in the service's list: into the
 * catalogue, and as an import. */
static void list_job(struct ledger *ledger, const char *job_id, const char *name, int64_t create_ms)
{
	const struct ledger_listed job = {.job_id = job_id, .name = name, .create_ms = create_ms};

	assert_true(ledger_catalogue_put(ledger, &job) >= 0);
	assert_int_equal(ledger_import_add(ledger, job_id, create_ms), 0);
}

/* Binds a path to a job, by a create that ends with this job ID. */
static void bind_path(struct ledger *ledger, const char *path, const char *job_id)
{
	static char content[] = "test";
	const struct job_versions first = {1, 1};
	struct ledger_submission submission = {.kind = SUBMIT_CREATE,
					       .state = JOB_SUBMITTING,
					       .content = content,
					       .content_size = 4};

	assert_int_equal(ledger_ensure(ledger, path, &nobody, &submission.row), 0);
	assert_int_equal(ledger_intend(ledger, &submission, JOB_DRAFT), 0);
	assert_int_equal(ledger_settle(ledger, &submission, job_id, &first, NULL), 0);
}

/* What a walk through the imports has met. text: "ID:NAME " for each import. place: where the next
 * walk goes on. */
struct met {
	char text[512];
	struct import_place place;
};

static int meet_unplaced(void *data, const char *job_id, int64_t create_ms, const char *job_name)
{
	struct met *met = data;
	size_t used = strlen(met->text);

	snprintf(met->text + used, sizeof(met->text) - used, "%s:%s ", job_id, job_name);
	met->place.create_ms = create_ms;
	snprintf(met->place.job_id, sizeof(met->place.job_id), "%s", job_id);
	return 0;
}

static int meet(void *data, const struct import_record *import)
{
	struct met *met = data;
	size_t used = strlen(met->text);

	snprintf(met->text + used, sizeof(met->text) - used, "%s:%s ", import->job_id,
		 import->name);
	return 0;
}

static void assert_unplaced(struct ledger *ledger, const char *expected)
{
	struct met met = {0};

	assert_int_equal(ledger_imports_unplaced(ledger, &met.place, 100, meet_unplaced, &met), 0);
	assert_string_equal(met.text, expected);
}

static void assert_leaving(struct ledger *ledger, const char *expected)
{
	struct met met = {0};

	assert_int_equal(ledger_imports_leaving(ledger, 100, meet, &met), 0);
	assert_string_equal(met.text, expected);
}

static enum import_state state_of(struct ledger *ledger, const char *job_id)
{
	_cleanup_import_record_ struct import_record import = {0};

	assert_int_equal(ledger_import_get(ledger, job_id, &import), 0);
	return import.state;
}

static void a_new_ledger_shows_imports(void **state)
{
	struct ledger *ledger = ((struct fixture *)*state)->ledger;

	assert_int_equal(ledger_imports_by_default(ledger), 1);
	assert_int_equal(ledger_imports_are_whole(ledger), 0);
	assert_int_equal(ledger_imports_set_whole(ledger), 0);
	assert_int_equal(ledger_imports_are_whole(ledger), 1);
	assert_int_equal(ledger_imports_any(ledger), 0);
	list_job(ledger, "1", "one", 1);
	assert_int_equal(ledger_imports_any(ledger), 1);
}

static void a_listed_job_without_a_path_is_an_import(void **state)
{
	struct ledger *ledger = ((struct fixture *)*state)->ledger;
	_cleanup_job_record_ struct job_record job = {0};

	bind_path(ledger, "bound.yaml", "bound");
	bind_path(ledger, "forgotten.yaml", "forgotten");
	assert_int_equal(ledger_find(ledger, "forgotten.yaml", &job), 0);
	assert_int_equal(ledger_forget(ledger, job.row), 0);
	list_job(ledger, "bound", "b", 1);
	list_job(ledger, "forgotten", "f", 2);
	list_job(ledger, "new", "n", 3);
	assert_unplaced(ledger, "new:n ");
}

static void the_oldest_job_comes_first(void **state)
{
	struct ledger *ledger = ((struct fixture *)*state)->ledger;
	struct met met = {0};

	list_job(ledger, "a", "young", 30);
	list_job(ledger, "b", "second", 20);
	list_job(ledger, "c", "first", 10);
	list_job(ledger, "d", "third", 20);
	assert_unplaced(ledger, "c:first b:second d:third a:young ");
	for (int i = 0; i < 4; i++)
		assert_int_equal(
			ledger_imports_unplaced(ledger, &met.place, 1, meet_unplaced, &met), 0);
	assert_string_equal(met.text, "c:first b:second d:third a:young ");
	assert_int_equal(ledger_imports_unplaced(ledger, &met.place, 1, meet_unplaced, &met), 0);
	assert_string_equal(met.text, "c:first b:second d:third a:young ");
}

static void a_name_finds_what_is_placed(void **state)
{
	struct ledger *ledger = ((struct fixture *)*state)->ledger;
	_cleanup_import_record_ struct import_record import = {0};
	struct import_glance glance = {0};

	list_job(ledger, "DM1", "one", 1);
	assert_int_equal(ledger_import_find(ledger, "one.yaml", &import), -ENOENT);
	assert_int_equal(ledger_import_place(ledger, "DM1", "one.yaml"), 0);
	assert_unplaced(ledger, "");
	assert_int_equal(ledger_import_find(ledger, "one.yaml", &import), 0);
	assert_string_equal(import.job_id, "DM1");
	assert_int_equal(import.version, 0);
	assert_int_equal(ledger_import_glance(ledger, "one.yaml", &glance), 0);
	assert_int_equal(glance.id_size, 4);
	assert_int_equal(glance.error_size, 0);
	assert_false(glance.is_fetched);
	/* an import that is listed again keeps its name */
	list_job(ledger, "DM1", "other", 1);
	assert_unplaced(ledger, "");
	assert_int_equal(ledger_import_has_name(ledger, "one.yaml"), 1);
	assert_int_equal(ledger_import_has_name(ledger, "other.yaml"), 0);
}

static void what_was_fetched_is_kept(void **state)
{
	struct ledger *ledger = ((struct fixture *)*state)->ledger;
	_cleanup_import_record_ struct import_record import = {0};
	struct import_record fetched = {.job_id = "DM1",
					.version = 7,
					.digest = {1, 2, 3},
					.checked_ms = 99,
					.attrs.value[ATTR_RISK_LEVEL] = "HIGH",
					.attrs.value[ATTR_TAGS] = "a=b"};
	struct import_glance glance = {0};

	list_job(ledger, "DM1", "one", 1);
	assert_int_equal(ledger_import_place(ledger, "DM1", "one.yaml"), 0);
	assert_int_equal(ledger_import_tell(ledger, "DM1", "no\n"), 0);
	assert_int_equal(ledger_import_glance(ledger, "one.yaml", &glance), 0);
	assert_int_equal(glance.error_size, 3);
	assert_int_equal(ledger_import_fetched(ledger, &fetched), 0);
	assert_int_equal(ledger_import_get(ledger, "DM1", &import), 0);
	assert_int_equal(import.version, 7);
	assert_memory_equal(import.digest, fetched.digest, sizeof(fetched.digest));
	assert_int_equal(import.checked_ms, 99);
	assert_string_equal(import.attrs.value[ATTR_RISK_LEVEL], "HIGH");
	assert_string_equal(import.attrs.value[ATTR_TAGS], "a=b");
	assert_null(import.attrs.value[ATTR_NAME]);
	assert_null(import.error);
}

static void a_tombstone_stays(void **state)
{
	struct ledger *ledger = ((struct fixture *)*state)->ledger;
	_cleanup_import_record_ struct import_record import = {0};
	struct met met = {0};

	list_job(ledger, "DM1", "one", 1);
	assert_int_equal(ledger_import_place(ledger, "DM1", "one.yaml"), 0);
	assert_int_equal(ledger_import_hide(ledger, "DM1"), 0);
	list_job(ledger, "DM1", "one", 1);
	assert_unplaced(ledger, "");
	assert_int_equal(ledger_import_find(ledger, "one.yaml", &import), -ENOENT);
	assert_int_equal(ledger_import_has_name(ledger, "one.yaml"), 1);
	/* another file may take the name; the job is still found by the name */
	for (int i = 0; i < 2; i++) {
		assert_int_equal(ledger_import_take_name(ledger, "one.yaml"), 0);
		assert_int_equal(ledger_import_has_name(ledger, "one.yaml"), 1);
		assert_int_equal(state_of(ledger, "DM1"), IMPORT_TAKEN);
		assert_int_equal(ledger_import_remembered(ledger, "one.yaml", &import), 0);
		assert_string_equal(import.job_id, "DM1");
		import_record_finish(&import);
		import = (struct import_record){0};
	}
	assert_int_equal(ledger_imports_named(ledger, "", 10, meet, &met), 0);
	assert_string_equal(met.text, "");
	assert_int_equal(ledger_import_remembered(ledger, "two.yaml", &import), -ENOENT);
	/* when the service has lost the job, the record of its removed file goes, too */
	assert_int_equal(ledger_import_leave(ledger, "DM1"), 0);
	assert_int_equal(ledger_import_get(ledger, "DM1", &import), -ENOENT);
	assert_int_equal(ledger_import_remembered(ledger, "one.yaml", &import), -ENOENT);
}

static void what_is_leaving_is_told(void **state)
{
	struct ledger *ledger = ((struct fixture *)*state)->ledger;
	_cleanup_import_record_ struct import_record import = {0};

	list_job(ledger, "DM1", "one", 1);
	list_job(ledger, "DM2", "two", 2);
	assert_int_equal(ledger_import_place(ledger, "DM1", "one.yaml"), 0);
	assert_int_equal(ledger_import_leave(ledger, "DM2"), 0);
	assert_false(ledger_imports_take_leaving(ledger));
	assert_int_equal(ledger_import_get(ledger, "DM2", &import), -ENOENT);
	assert_int_equal(ledger_import_leave(ledger, "DM1"), 0);
	assert_true(ledger_imports_take_leaving(ledger));
	assert_false(ledger_imports_take_leaving(ledger));
	assert_leaving(ledger, "DM1:one.yaml ");
	assert_int_equal(ledger_import_find(ledger, "one.yaml", &import), -ENOENT);
	assert_int_equal(ledger_import_drop(ledger, "DM1"), 0);
	assert_leaving(ledger, "");
	assert_int_equal(ledger_import_leave(ledger, "unheard of"), 0);
}

static void a_job_that_is_bound_leaves(void **state)
{
	struct ledger *ledger = ((struct fixture *)*state)->ledger;

	list_job(ledger, "DM1", "one", 1);
	list_job(ledger, "DM2", "two", 2);
	assert_int_equal(ledger_import_place(ledger, "DM1", "one.yaml"), 0);
	bind_path(ledger, "sub/x.yaml", "DM1");
	bind_path(ledger, "sub/y.yaml", "DM2");
	assert_leaving(ledger, "DM1:one.yaml ");
	assert_unplaced(ledger, "");
}

static void the_file_of_a_bound_import_stays_with_its_path(void **state)
{
	struct ledger *ledger = ((struct fixture *)*state)->ledger;
	_cleanup_import_record_ struct import_record import = {0};
	const struct attr_set attrs = {0};
	struct ledger_binding binding = {.job_id = "DM1", .versions = {1, 1}, .attrs = &attrs};
	int64_t row;

	list_job(ledger, "DM1", "one", 1);
	list_job(ledger, "DM2", "two", 2);
	assert_int_equal(ledger_import_place(ledger, "DM1", "one.yaml"), 0);
	assert_int_equal(ledger_import_place(ledger, "DM2", "two.yaml"), 0);
	assert_int_equal(ledger_ensure(ledger, "one.yaml", &nobody, &row), 0);
	assert_int_equal(ledger_bind(ledger, row, &binding), 0);
	assert_int_equal(ledger_ensure(ledger, "sub/two.yaml", &nobody, &row), 0);
	binding.job_id = "DM2";
	assert_int_equal(ledger_bind(ledger, row, &binding), 0);
	assert_leaving(ledger, "DM2:two.yaml ");
	assert_int_equal(ledger_import_get(ledger, "DM1", &import), -ENOENT);
}

static void a_name_that_is_taken_is_placed_anew(void **state)
{
	struct ledger *ledger = ((struct fixture *)*state)->ledger;

	list_job(ledger, "DM1", "one", 1);
	list_job(ledger, "DM2", "two", 2);
	assert_int_equal(ledger_import_place(ledger, "DM1", "one.yaml"), 0);
	assert_int_equal(ledger_import_place(ledger, "DM2", "two.yaml"), 0);
	assert_int_equal(ledger_import_leave(ledger, "DM2"), 0);
	assert_int_equal(ledger_import_take_name(ledger, "one.yaml"), 0);
	assert_int_equal(ledger_import_take_name(ledger, "two.yaml"), 0);
	assert_unplaced(ledger, "DM1:one ");
	assert_leaving(ledger, "");
}

static void imports_are_met_by_id_and_by_name(void **state)
{
	struct ledger *ledger = ((struct fixture *)*state)->ledger;
	struct met by_id = {0}, by_name = {0}, rest = {0};

	list_job(ledger, "1", "z", 1);
	list_job(ledger, "2", "y", 2);
	list_job(ledger, "3", "x", 3);
	list_job(ledger, "4", "w", 4);
	assert_int_equal(ledger_import_place(ledger, "1", "z.yaml"), 0);
	assert_int_equal(ledger_import_place(ledger, "2", "y.yaml"), 0);
	assert_int_equal(ledger_import_place(ledger, "3", "x.yaml"), 0);
	assert_int_equal(ledger_import_hide(ledger, "2"), 0);
	assert_int_equal(ledger_imports_named(ledger, "", 100, meet, &by_id), 0);
	assert_string_equal(by_id.text, "1:z.yaml 2:y.yaml 3:x.yaml ");
	assert_int_equal(ledger_imports_named(ledger, "1", 1, meet, &rest), 0);
	assert_string_equal(rest.text, "2:y.yaml ");
	assert_int_equal(ledger_imports_placed(ledger, "", 100, meet, &by_name), 0);
	assert_string_equal(by_name.text, "3:x.yaml 1:z.yaml ");
}

#define IMPORT_TEST(name) cmocka_unit_test_setup_teardown(name, open_ledger, close_ledger)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IMPORT_TEST(a_new_ledger_shows_imports),
		IMPORT_TEST(a_listed_job_without_a_path_is_an_import),
		IMPORT_TEST(the_oldest_job_comes_first),
		IMPORT_TEST(a_name_finds_what_is_placed),
		IMPORT_TEST(what_was_fetched_is_kept),
		IMPORT_TEST(a_tombstone_stays),
		IMPORT_TEST(what_is_leaving_is_told),
		IMPORT_TEST(a_job_that_is_bound_leaves),
		IMPORT_TEST(the_file_of_a_bound_import_stays_with_its_path),
		IMPORT_TEST(a_name_that_is_taken_is_placed_anew),
		IMPORT_TEST(imports_are_met_by_id_and_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
