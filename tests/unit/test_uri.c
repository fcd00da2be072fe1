/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "service/api/route.h"
#include "service/http/uri.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void decodes_path_and_query(void **state)
{
	struct uri uri;

	(void)state;
	assert_int_equal(uri_parse("/v1/%64ocs/a%2Fb?x=a+b&y=%e4%B8%ad&z&=v&x=2", &uri), 0);
	assert_string_equal(uri.path, "/v1/docs/a/b");
	assert_int_equal(uri.n_segments, 3);
	assert_string_equal(uri.segments[1], "docs");
	assert_string_equal(uri.segments[2], "a/b");
	assert_int_equal(uri.n_params, 5);
	assert_string_equal(uri_param(&uri, "x"), "a b");
	assert_string_equal(uri_param(&uri, "y"), "\xe4\xb8\xad");
	assert_null(uri_param(&uri, "z"));
	assert_null(uri_param(&uri, "absent"));
	assert_string_equal(uri.params[4].value, "2");
	uri_finish(&uri);
}

static void keeps_a_plus_in_the_path(void **state)
{
	struct uri uri;

	(void)state;
	assert_int_equal(uri_parse("/a+b", &uri), 0);
	assert_string_equal(uri.path, "/a+b");
	uri_finish(&uri);
}

static void counts_empty_segments(void **state)
{
	static const struct {
		const char *raw;
		size_t n;
	} rows[] = {{"/", 1},	  {"/a", 1},	{"/a/", 2},  {"//", 2},
		    {"/a//b", 3}, {"/?a/b", 1}, {"/a/?", 2}, {"/1/2/3/4/5/6/7/8/9/10", 10}};
	struct uri uri;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(uri_parse(rows[i].raw, &uri), 0);
		assert_int_equal(uri.n_segments, rows[i].n);
		uri_finish(&uri);
	}
}

static void refuses_what_is_not_well_formed(void **state)
{
	static const char *const raws[] = {
		"",	 "v1",	    "*",      "http://x/v1", "/%",	"/%4",
		"/%zz",	 "/%4g",    "/%00",   "/%ff",	     "/%c0%80", "/?%",
		"/?a=%", "/?a=%00", "/?a%=b", "/?a=%fe",     "/a%e4",	"/?%e4",
	};
	struct uri uri = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(raws); i++)
		assert_int_equal(uri_parse(raws[i], &uri), -EINVAL);
	assert_null(uri.memory);
}

/* A query with as many parameters as fit is parsed within its memory, and one more is refused.
 * Empty pieces ("&") are no parameters. The shortest parameters need the most memory for their
 * size. The sanitizer would report a write beyond. */
static void holds_the_largest_number_of_parameters(void **state)
{
	static const char *const pieces[] = {"a&", "&", "=&", "a=b&", "=b&", "&&&"};
	static char raw[SIGN_QUERY_MAX * 4 + 16];
	struct uri uri;

	(void)state;
	for (size_t i = 0; i < COUNT(pieces); i++) {
		char *end = stpcpy(raw, "/?");

		for (int n = 0; n < SIGN_QUERY_MAX; n++)
			end = stpcpy(end, pieces[i]);
		assert_int_equal(uri_parse(raw, &uri), 0);
		assert_true(uri.n_params == 0 || uri.n_params == SIGN_QUERY_MAX);
		uri_finish(&uri);
		strcat(raw, "a");
		assert_int_equal(uri_parse(raw, &uri), pieces[i][0] == '&' ? 0 : -E2BIG);
		if (pieces[i][0] == '&')
			uri_finish(&uri);
	}
}

static enum operation find(const char *method, const char *raw, char *ret_id)
{
	enum operation operation;
	struct uri uri;
	const char *id;

	assert_int_equal(uri_parse(raw, &uri), 0);
	operation = route_find(method, &uri, &id);
	strcpy(ret_id, id ? id : "");
	uri_finish(&uri);
	return operation;
}

static void finds_the_operation(void **state)
{
	static const struct {
		const char *method, *raw;
		enum operation operation;
		const char *id;
	} rows[] = {
		{"POST", "/v1/documents", OP_CREATE_DOCUMENT, ""},
		{"GET", "/v1/documents?x=y", OP_LIST_DOCUMENTS, ""},
		{"GET", "/v1/documents/DM1", OP_SHOW_DOCUMENT, "DM1"},
		{"PUT", "/v1/documents/a%2fb", OP_UPDATE_DOCUMENT, "a/b"},
		{"DELETE", "/v1/documents/*", OP_DELETE_DOCUMENT, "*"},
		{"GET", "/v1/documents/", OP_NONE, ""},
		{"GET", "/v1/documents/a/", OP_NONE, ""},
		{"GET", "/v1/*", OP_NONE, ""},
		{"GET", "/", OP_NONE, ""},
		{"get", "/v1/documents", OP_NONE, ""},
		{"POST", "/v1/documents/DM1", OP_EXECUTE_DOCUMENT, "DM1"},
		{"GET", "/v1/atomics", OP_LIST_ATOMICS, ""},
		{"GET", "/v1/atomics/execute_api", OP_SHOW_ATOMIC, "execute_api"},
		{"GET", "/v1/executions", OP_LIST_EXECUTIONS, ""},
		{"POST", "/v1/executions", OP_OPERATE_EXECUTION, ""},
		{"GET", "/v1/executions/instances", OP_LIST_INSTANCES, ""},
		{"GET", "/v1/executions/EX1", OP_SHOW_EXECUTION, "EX1"},
		{"GET", "/v1/executions/EX1/steps", OP_LIST_STEPS, "EX1"},
		{"GET", "/v1/executions/instances/steps", OP_LIST_STEPS, "instances"},
		{"POST", "/v1/executions/EX1", OP_NONE, ""},
		{"GET", "/v1/documents/3/4/5/6/7/8/9", OP_NONE, ""},
	};
	char id[64];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(find(rows[i].method, rows[i].raw, id), rows[i].operation);
		assert_string_equal(id, rows[i].id);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decodes_path_and_query),
		cmocka_unit_test(keeps_a_plus_in_the_path),
		cmocka_unit_test(counts_empty_segments),
		cmocka_unit_test(refuses_what_is_not_well_formed),
		cmocka_unit_test(holds_the_largest_number_of_parameters),
		cmocka_unit_test(finds_the_operation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
