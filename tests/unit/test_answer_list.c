/* SPDX-License-Identifier: MIT */
/* Tests of reading a page of ListDocuments: which rows are read, and which count as unusable. */
#include "bounds/api.h"
#include "coc/answer.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void read_page(const char *body, struct answer *out)
{
	answer_read(&(struct answer_source){.operation = COC_OP_LIST,
					    .status = 200,
					    .body = body,
					    .body_size = strlen(body)},
		    out);
}

static void times_are_numbers_or_strings(void **state)
{
	struct answer answer;

	(void)state;
	read_page("{\"data\":[{\"document_id\":\"D1\",\"name\":\"n1\",\"create_time\":"
		  "1751289421846,\"update_time\":\"1751289421847\",\"version\":\"v2\","
		  "\"creator\":\"c\",\"modifier\":null,\"enterprise_project_id\":\"0\"},"
		  "{\"document_id\":\"D2\",\"name\":\"\xe4\xb8\xad\",\"create_time\":null}],"
		  "\"total\":7}",
		  &answer);
	assert_int_equal(answer.answer.outcome, COC_DONE);
	assert_int_equal(answer.answer.n_summaries, 2);
	assert_int_equal(answer.answer.n_unusable, 0);
	assert_int_equal(answer.answer.total, 7);
	assert_string_equal(answer.answer.summaries[0].document_id, "D1");
	assert_string_equal(answer.answer.summaries[0].version, "v2");
	assert_true(answer.answer.summaries[0].create_time_ms == 1751289421846);
	assert_true(answer.answer.summaries[0].update_time_ms == 1751289421847);
	assert_string_equal(answer.answer.summaries[1].name, "\xe4\xb8\xad");
	assert_null(answer.answer.summaries[0].modifier);
	assert_null(answer.answer.summaries[1].creator);
	assert_int_equal(answer.answer.summaries[1].create_time_ms, 0);
	answer_finish(&answer);
}

static void who_changed_a_job_last_is_told_if_it_is_a_text(void **state)
{
	static char body[2 * COC_FIELD_MAX];
	struct answer answer;

	(void)state;
	snprintf(body, sizeof(body),
		 "{\"data\":[{\"document_id\":\"D1\",\"name\":\"a\",\"modifier\":\"me\"},"
		 "{\"document_id\":\"D2\",\"name\":\"b\",\"modifier\":[]},"
		 "{\"document_id\":\"D3\",\"name\":\"c\",\"modifier\":\"%0*d\"}],\"total\":3}",
		 COC_FIELD_MAX + 1, 0);
	read_page(body, &answer);
	assert_int_equal(answer.answer.n_summaries, 3);
	assert_int_equal(answer.answer.n_unusable, 0);
	assert_string_equal(answer.answer.summaries[0].modifier, "me");
	assert_null(answer.answer.summaries[1].modifier);
	assert_null(answer.answer.summaries[2].modifier);
	answer_finish(&answer);
}

/* A NUL in a name is read as U+0001. A row whose ID has a NUL is unusable. The other rows are read
 * all the same. */
static void a_nul_in_a_row_hides_no_other_row(void **state)
{
	struct answer answer;

	(void)state;
	read_page("{\"data\":[{\"document_id\":\"D1\",\"name\":\"a\\u0000b\"},"
		  "{\"document_id\":\"D2\\u0000\",\"name\":\"b\"},"
		  "{\"document_id\":\"D3\",\"name\":\"c\\\\u0000\"}],\"total\":3}",
		  &answer);
	assert_int_equal(answer.answer.outcome, COC_DONE);
	assert_int_equal(answer.answer.n_summaries, 2);
	assert_int_equal(answer.answer.n_unusable, 1);
	assert_string_equal(answer.answer.summaries[0].name, "a\001b");
	assert_string_equal(answer.answer.summaries[1].document_id, "D3");
	assert_string_equal(answer.answer.summaries[1].name, "c\\u0000");
	answer_finish(&answer);
}

static void an_empty_page_is_a_success(void **state)
{
	static const struct {
		const char *body;
		int total;
	} pages[] = {
		{"{\"data\":[],\"total\":0}", 0},
		{"{\"data\":[],\"total\":\"0\"}", 0},
		{"{\"data\":null,\"total\":0}", 0},
		{"{\"data\":null,\"total\":3}", 3},
		{"{\"data\":[]}", -1},
		{"{\"data\":[],\"total\":null}", -1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		struct answer answer;

		read_page(pages[i].body, &answer);
		assert_int_equal(answer.answer.outcome, COC_DONE);
		assert_int_equal(answer.answer.n_summaries, 0);
		assert_int_equal(answer.answer.n_unusable, 0);
		assert_int_equal(answer.answer.total, pages[i].total);
		answer_finish(&answer);
	}
}

static void rows_of_which_no_job_can_be_told_are_counted(void **state)
{
	static const char *const rows[] = {
		"{}",
		"null",
		"\"D1\"",
		"[]",
		"{\"name\":\"n\"}",
		"{\"document_id\":null,\"name\":\"n\"}",
		"{\"document_id\":12,\"name\":\"n\"}",
		"{\"document_id\":\"\",\"name\":\"n\"}",
		"{\"document_id\":\"D 1\",\"name\":\"n\"}",
		"{\"document_id\":[\"D1\"],\"name\":\"n\"}",
		"{\"document_id\":\"D1\"}",
		"{\"document_id\":\"D1\",\"name\":null}",
		"{\"document_id\":\"D1\",\"name\":{}}",
		"{\"document_id\":\"D1\",\"name\":\"n\xff\"}",
		"{\"document_id\":\"D1\xff\",\"name\":\"n\"}",
		"{\"document_id\":\"a/b\",\"name\":\"n\"}",
		"{\"document_id\":\"..\",\"name\":\"n\"}",
		"{\"document_id\":\"D1\",\"name\":\"n\",\"creator\":[]}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct answer answer;
		char body[256];

		snprintf(body, sizeof(body),
			 "{\"data\":[{\"document_id\":\"D0\",\"name\":\"n\"},%s,"
			 "{\"document_id\":\"D9\",\"name\":\"n\",\"version\":\"v1\"}],\"total\":3}",
			 rows[i]);
		read_page(body, &answer);
		assert_int_equal(answer.answer.outcome, COC_DONE);
		assert_int_equal(answer.answer.n_unusable, 1);
		assert_int_equal(answer.answer.n_summaries, 2);
		assert_string_equal(answer.answer.summaries[0].document_id, "D0");
		assert_string_equal(answer.answer.summaries[1].document_id, "D9");
		assert_string_equal(answer.answer.summaries[1].version, "v1");
		answer_finish(&answer);
	}
}

/* Each text of a row has a bound. A row with a longer text is unusable, and the page is read all
 * the same. */
static void a_row_with_a_text_without_bound_is_told_apart(void **state)
{
	static const struct {
		const char *field;
		size_t max;
	} fields[] = {{"document_id", COC_DOCUMENT_ID_MAX},
		      {"name", COC_FIELD_MAX},
		      {"version", COC_FIELD_VERSION_MAX},
		      {"creator", COC_FIELD_MAX},
		      {"enterprise_project_id", COC_FIELD_PROJECT_MAX}};
	char text[COC_FIELD_MAX + 2], body[sizeof(text) + 256];

	(void)state;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		for (size_t more = 0; more < 2; more++) {
			const size_t size = fields[i].max + more;
			struct answer answer;

			memset(text, 'x', size);
			text[size] = '\0';
			snprintf(body, sizeof(body), "{\"data\":[{\"%s\":\"%s\"%s%s}],\"total\":1}",
				 fields[i].field, text, i == 0 ? "" : ",\"document_id\":\"D1\"",
				 i == 1 ? "" : ",\"name\":\"n\"");
			read_page(body, &answer);
			assert_int_equal(answer.answer.outcome, COC_DONE);
			assert_int_equal(answer.answer.n_unusable, more);
			assert_int_equal(answer.answer.n_summaries, 1 - more);
			answer_finish(&answer);
		}
}

static void rows_beyond_those_that_were_asked_for_are_not_read(void **state)
{
	char body[8192];
	size_t size = (size_t)snprintf(body, sizeof(body), "{\"data\":[");
	struct answer answer;

	(void)state;
	for (int i = 0; i < COC_LIST_PAGE + 2; i++)
		size += (size_t)snprintf(body + size, sizeof(body) - size,
					 "%s{\"document_id\":\"D%d\",\"name\":\"n\"}", i ? "," : "",
					 i);
	snprintf(body + size, sizeof(body) - size, "],\"total\":%d}", COC_LIST_PAGE + 2);
	read_page(body, &answer);
	assert_int_equal(answer.answer.outcome, COC_DONE);
	assert_int_equal(answer.answer.n_summaries, COC_LIST_PAGE);
	assert_int_equal(answer.answer.n_unusable, 2);
	answer_finish(&answer);
}

static void what_is_no_page_is_unknown(void **state)
{
	static const char *const bodies[] = {
		"{}",
		"[]",
		"{\"data\":{}}",
		"{\"data\":null}",
		"{\"data\":null,\"total\":null}",
		"{\"data\":null,\"total\":0,\"message\":\"please log in\"}",
		"{\"data\":[],\"total\":-1}",
		"{\"data\":[],\"total\":\"many\"}",
		"{\"data\":[],\"total\":{}}",
		"{\"data\":[],\"total\":\" 0\"}",
		"{\"data\":[],\"total\":\"0 \"}",
		"{\"data\":[],\"total\":\"+0\"}",
		"{\"data\":[],\"total\":\"-0\"}",
		"{\"data\":[],\"total\":\"00\"}",
		"{\"data\":[],\"total\":\"\"}",
		"{\"data\":[],\"total\":0.5}",
		"{\"data\":[],\"total\":0,\"message\":\"please log in\"}",
		"{\"data\":[{\"document_id\":\"D1\",\"document_id\":\"D2\",\"name\":\"n\"}],"
		"\"total\":1}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		struct answer answer;

		read_page(bodies[i], &answer);
		assert_int_equal(answer.answer.outcome, COC_UNKNOWN);
		assert_int_equal(answer.answer.errnum, EIO);
		assert_int_equal(answer.answer.n_summaries, 0);
		answer_finish(&answer);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times_are_numbers_or_strings),
		cmocka_unit_test(who_changed_a_job_last_is_told_if_it_is_a_text),
		cmocka_unit_test(a_nul_in_a_row_hides_no_other_row),
		cmocka_unit_test(an_empty_page_is_a_success),
		cmocka_unit_test(rows_of_which_no_job_can_be_told_are_counted),
		cmocka_unit_test(a_row_with_a_text_without_bound_is_told_apart),
		cmocka_unit_test(rows_beyond_those_that_were_asked_for_are_not_read),
		cmocka_unit_test(what_is_no_page_is_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
