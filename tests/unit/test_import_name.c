/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/utf8.h"
#include "job/import_name.h"
#include "job/name.h"

#define ID "DM20250701180239abcde"

static void a_name_is_made_safe(void **state)
{
	static const struct {
		const char *job_name, *file_name;
	} rows[] = {
		{"restart", "restart.yaml"},
		{"restart the web", "restart the web.yaml"},
		{"重启服务", "重启服务.yaml"},
		{"Restart", "Restart.yaml"},
		{"a.yaml", "a.yaml.yaml"},
		{"a.yaml.id", "a.yaml.id.yaml"},
		{"a.yaml.error", "a.yaml.error.yaml"},
		{"..", "_..yaml"},
		{".", "_.yaml"},
		{".git", "_git.yaml"},
		{".coc", "_coc.yaml"},
		{"../../etc/passwd", "_._.._etc_passwd.yaml"},
		{"/", "_.yaml"},
		{"a/b", "a_b.yaml"},
		{"", "_.yaml"},
		{"two\nlines", "two_lines.yaml"},
		{"a\001b", "a_b.yaml"}, /* a NUL comes as U+0001 */
		{"\033[31mred", "_[31mred.yaml"},
		{"\177", "_.yaml"},
		{"\302\233", "_.yaml"},		    /* U+009B */
		{"a\342\200\256b", "a_b.yaml"},	    /* U+202E turns the direction of writing */
		{"a\342\200\250b", "a_b.yaml"},	    /* U+2028 separates lines */
		{"a\377b\300\257c", "a_b__c.yaml"}, /* no UTF-8; an overlong '/' */
		{"\357\273\277.git", "_.git.yaml"}, /* U+FEFF before the dot */
	};
	char name[IMPORT_NAME_ROOM];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		import_name_make(rows[i].job_name, ID, 0, name);
		assert_string_equal(name, rows[i].file_name);
		assert_true(name_is_job(name));
		assert_int_equal(name_sibling(name, NULL), SIBLING_NONE);
	}
}

static void the_id_tells_jobs_of_one_name_apart(void **state)
{
	char name[IMPORT_NAME_ROOM];

	(void)state;
	import_name_make("restart", ID, 1, name);
	assert_string_equal(name, "restart-" ID ".yaml");
	import_name_make("restart", ID, 2, name);
	assert_string_equal(name, "restart-" ID "-2.yaml");
	import_name_make("restart", ID, IMPORT_NAMES - 1, name);
	assert_string_equal(name, "restart-" ID "-9.yaml");
	import_name_make("a", "b/../c", 1, name);
	assert_string_equal(name, "a-b_.._c.yaml");
}

static void a_long_name_is_cut_at_a_character(void **state)
{
	static const char *const characters[] = {"a", "\303\274", "重", "\360\237\230\200"};
	char job_name[4 * 200 + 1], name[IMPORT_NAME_ROOM], with_id[IMPORT_NAME_ROOM];

	(void)state;
	for (size_t i = 0; i < sizeof(characters) / sizeof(characters[0]); i++) {
		const size_t size = strlen(characters[i]);

		for (size_t n = 0; n < 200; n++)
			memcpy(job_name + n * size, characters[i], size + 1);
		import_name_make(job_name, ID, 0, name);
		import_name_make(job_name, ID, 2, with_id);
		assert_true(strlen(name) > 170);
		assert_int_equal(utf8_valid_prefix(name, strlen(name)), strlen(name));
		assert_int_equal((strlen(name) - strlen(".yaml")) % size, 0);
		assert_memory_equal(name, with_id, strlen(name) - strlen(".yaml"));
		assert_non_null(strstr(with_id, "-" ID "-2.yaml"));
		assert_true(name_is_job(with_id));
	}
}

static void the_longest_id_leaves_a_name(void **state)
{
	char job_name[1024], id[513], name[IMPORT_NAME_ROOM];

	(void)state;
	memset(job_name, 'n', sizeof(job_name) - 1);
	job_name[sizeof(job_name) - 1] = '\0';
	for (size_t n = 0; n < 128; n++)
		memcpy(id + 4 * n, "\360\237\230\200", 5);
	for (unsigned number = 0; number < IMPORT_NAMES; number++) {
		import_name_make(job_name, id, number, name);
		assert_true(strlen(name) <= JOB_NAME_MAX);
		assert_int_equal(utf8_valid_prefix(name, strlen(name)), strlen(name));
		assert_true(name_is_job(name));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_is_made_safe),
		cmocka_unit_test(the_id_tells_jobs_of_one_name_apart),
		cmocka_unit_test(a_long_name_is_cut_at_a_character),
		cmocka_unit_test(the_longest_id_leaves_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
