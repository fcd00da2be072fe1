/* SPDX-License-Identifier: MIT */
/* Tests: which answers of the service say that a call was done, and what the client reads from
 * these answers. */
#define _GNU_SOURCE
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "answer_fixture.h"
#include "bounds/api.h"
#include "coc/answer.h"
#include "coc/id.h"
#include "job/version.h"

#define UUID "0b6f1b1e-8d0c-4f1e-9d35-3f9c7a1d2e4b"

/* Each text of a job in an answer has a bound. A text at its bound is read. With a longer text the
 * outcome of the call is unknown. */
static void a_job_with_a_text_without_bound_proves_nothing(void **state)
{
	static const struct {
		const char *field;
		size_t max;
	} fields[] = {{"name", COC_FIELD_MAX},
		      {"content", COC_FIELD_CONTENT_MAX},
		      {"description", COC_FIELD_DESCRIPTION_MAX},
		      {"risk_level", COC_FIELD_RISK_MAX},
		      {"enterprise_project_id", COC_FIELD_PROJECT_MAX},
		      {"version", COC_FIELD_VERSION_MAX}};
	static char text[COC_FIELD_CONTENT_MAX + 2], body[sizeof(text) + 256];

	(void)state;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		for (size_t more = 0; more < 2; more++) {
			const size_t size = fields[i].max + more;
			struct answer answer;

			memset(text, 'x', size);
			text[size] = '\0';
			snprintf(body, sizeof(body),
				 "{\"data\":{\"%s\":\"%s\",\"document_id\":\"D1\"%s%s}}",
				 fields[i].field, text, i == 0 ? "" : ",\"name\":\"n\"",
				 i == 1 ? "" : ",\"content\":\"c\"");
			read_answer(COC_OP_SHOW, 200, body, &answer);
			assert_int_equal(answer.answer.outcome, more ? COC_UNKNOWN : COC_DONE);
			if (more) {
				assert_int_equal(answer.answer.errnum, EIO);
				assert_non_null(strstr(answer.answer.err->text, "longer than"));
				assert_null(answer.answer.details);
			}
			answer_finish(&answer);
		}
}

static void create_tells_the_id(void **state)
{
	struct answer answer;

	(void)state;
	read_answer(COC_OP_CREATE, 200, "{\"data\":\"DM20250701180239abcde\"}\n", &answer);
	assert_int_equal(answer.answer.outcome, COC_DONE);
	assert_int_equal(answer.answer.errnum, 0);
	assert_null(answer.answer.err);
	assert_string_equal(answer.answer.document_id, "DM20250701180239abcde");
	assert_string_equal(answer.answer.error_code, "");
	assert_string_equal(answer.answer.request_id, "");
	assert_int_equal(answer.answer.retry_after_ms, -1);
	answer_finish(&answer);
}

static void expect_done(enum coc_operation operation, const char *body)
{
	struct answer answer;

	read_answer(operation, 200, body, &answer);
	if (answer.answer.outcome != COC_DONE)
		fail_msg("%s: outcome %d", body, answer.answer.outcome);
	answer_finish(&answer);
}

static void update_and_delete_are_of_the_job_that_was_asked_for(void **state)
{
	(void)state;
	expect_done(COC_OP_UPDATE, "{\"data\":\"D1\"}");
	expect_done(COC_OP_UPDATE, "\"D1\"");
	expect_done(COC_OP_UPDATE, "{\"data\":\"D1\",\"error_code\":\"\",\"error_msg\":null}");
	expect_done(COC_OP_UPDATE, "{\"data\":\"D1\",\"error_code\":\"COC.00000000\"}");
	/* the OpenAPI file describes this answer as a bare string, "job uuid" */
	expect_done(COC_OP_UPDATE, "\"" UUID "\"");
	expect_done(COC_OP_UPDATE, "\"0B6F1B1E8D0C4F1E9D353F9C7A1D2E4B\"");
	expect_done(COC_OP_DELETE, "{\"data\":\"D1\"}");
}

static void another_uuid_is_another_job_if_the_jobs_own_id_is_one(void **state)
{
	static const char other[] = "\"1b6f1b1e-8d0c-4f1e-9d35-3f9c7a1d2e4b\"";
	struct answer_source source = {
		.operation = COC_OP_UPDATE, .document_id = UUID, .status = 200, .body = other};
	struct answer answer;

	(void)state;
	source.body_size = strlen(other);
	answer_read(&source, &answer);
	assert_int_equal(answer.answer.outcome, COC_UNKNOWN);
	answer_finish(&answer);
	source.body = "\"" UUID "\"";
	answer_read(&source, &answer);
	assert_int_equal(answer.answer.outcome, COC_DONE);
	answer_finish(&answer);
}

static void show_tells_the_job(void **state)
{
	struct answer answer;

	(void)state;
	read_answer(COC_OP_SHOW, 200,
		    "{\"data\":{\"id\":123,\"document_id\":\"D1\",\"name\":\"n\",\"content\":"
		    "\"a: \\\"b\\\"\\n\",\"risk_level\":\"LOW\",\"create_time\":5,"
		    "\"update_time\":6,\"version\":\"v1\",\"description\":null}}",
		    &answer);
	assert_int_equal(answer.answer.outcome, COC_DONE);
	assert_non_null(answer.answer.details);
	assert_string_equal(answer.answer.details->content, "a: \"b\"\n");
	assert_string_equal(answer.answer.details->risk_level, "LOW");
	assert_null(answer.answer.details->description);
	assert_int_equal(answer.answer.details->update_time_ms, 6);
	assert_string_equal(answer.answer.details->version, "v1");
	answer_finish(&answer);
}

static void a_job_whose_name_has_a_nul_can_be_shown(void **state)
{
	struct answer answer;

	(void)state;
	read_answer(COC_OP_SHOW, 200,
		    "{\"data\":{\"document_id\":\"D1\",\"name\":\"a\\u0000b\",\"content\":"
		    "\"c\\\\u0000\"}}",
		    &answer);
	assert_int_equal(answer.answer.outcome, COC_DONE);
	assert_string_equal(answer.answer.details->name, "a\001b");
	assert_string_equal(answer.answer.details->content, "c\\u0000");
	answer_finish(&answer);
	/* a NUL ends a C string: the content and the ID would be others than the service has */
	expect_failure(
		COC_OP_SHOW, 200,
		"{\"data\":{\"document_id\":\"D1\",\"name\":\"n\",\"content\":\"c\\u0000\"}}",
		COC_UNKNOWN, EIO);
	expect_failure(
		COC_OP_SHOW, 200,
		"{\"data\":{\"document_id\":\"D1\\u0000\",\"name\":\"n\",\"content\":\"c\"}}",
		COC_UNKNOWN, EIO);
}

static void a_version_that_cannot_be_read_is_not_told(void **state)
{
	static const char *const versions[] = {
		"null",	   "\"\"",    "\"2\"",	 "\"v\"",   "\"v0\"",
		"\"v01\"", "\"v 1\"", "\"v-1\"", "\"v1x\"", "\"v99999999999999999999\""};

	(void)state;
	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
		struct answer answer;
		char body[256];

		snprintf(body, sizeof(body),
			 "{\"data\":{\"document_id\":\"D1\",\"name\":\"n\",\"content\":\"c\","
			 "\"version\":%s}}",
			 versions[i]);
		read_answer(COC_OP_SHOW, 200, body, &answer);
		assert_int_equal(answer.answer.outcome, COC_DONE);
		if (answer.answer.details->version)
			fail_msg("%s was read", versions[i]);
		answer_finish(&answer);
	}
	assert_int_equal(version_number("v100"), 100);
}

static void a_job_that_is_gone_is_estale_however_it_is_said(void **state)
{
	static const char body[] =
		"{\"error_code\":\"COC.00042101\",\"error_msg\":\"document does not exist\"}";

	(void)state;
	expect_failure(COC_OP_UPDATE, 400, body, COC_REFUSED, ESTALE);
	expect_failure(COC_OP_SHOW, 400, body, COC_REFUSED, ESTALE);
	expect_failure(COC_OP_DELETE, 400, body, COC_REFUSED, ESTALE);
	expect_failure(COC_OP_SHOW, 200, body, COC_REFUSED, ESTALE);
	expect_failure(COC_OP_SHOW, 200, "{\"data\":null}", COC_REFUSED, ESTALE);
	/* a create and a list name no job, so this code cannot be true */
	expect_failure(COC_OP_CREATE, 400, body, COC_UNKNOWN, EIO);
	expect_failure(COC_OP_CREATE, 200, body, COC_UNKNOWN, EIO);
	expect_failure(COC_OP_LIST, 400, body, COC_UNKNOWN, EIO);
}

/* For each operation, the body of an answer that says success. */
static const struct {
	enum coc_operation operation;
	const char *inside; /* without the outermost braces */
} successes[] = {
	{COC_OP_CREATE, "\"data\":\"D1\""},
	{COC_OP_UPDATE, "\"data\":\"D1\""},
	{COC_OP_DELETE, "\"data\":\"D1\""},
	{COC_OP_SHOW, "\"data\":{\"document_id\":\"D1\",\"name\":\"n\",\"content\":\"c\"}"},
	{COC_OP_LIST, "\"data\":[],\"total\":0"},
};

#define SUCCESSES (sizeof(successes) / sizeof(successes[0]))

static void only_the_documented_status_says_that_it_was_done(void **state)
{
	char body[256];

	(void)state;
	for (size_t i = 0; i < SUCCESSES; i++)
		for (unsigned status = 100; status < 400; status++) {
			struct answer answer;

			snprintf(body, sizeof(body), "{%s}", successes[i].inside);
			read_answer(successes[i].operation, status, body, &answer);
			if ((answer.answer.outcome == COC_DONE) != (status == 200))
				fail_msg("%u %s", status, body);
			if (status > 200 && status < 300)
				assert_int_equal(answer.answer.outcome, COC_UNKNOWN);
			answer_finish(&answer);
			if (status <= 200 || status > 299)
				continue;
			expect_failure(successes[i].operation, status,
				       "{\"error_code\":\"COC.00010002\"}", COC_UNKNOWN, EIO);
			expect_failure(successes[i].operation, status,
				       "{\"error_code\":\"COC.00042101\"}", COC_UNKNOWN, EIO);
		}
}

static void what_tells_of_an_error_beside_its_data_is_unknown(void **state)
{
	static const char *const words[] = {
		"\"error_msg\":\"it failed\"",
		"\"message\":\"please log in\"",
		"\"msg\":\"no\"",
		"\"code\":\"COC.1\"",
		"\"code\":500",
		"\"error\":{\"code\":\"x\"}",
		"\"error\":true",
		"\"errors\":[\"x\"]",
	};
	static const char *const harmless[] = {
		"\"error_msg\":null",
		"\"error_msg\":\"\"",
		"\"message\":\"OK\"",
		"\"msg\":\"success\"",
		"\"code\":0",
		"\"code\":\"200\"",
		"\"error\":false",
		"\"errors\":[]",
		"\"error_code\":\"COC.00000000\",\"error_msg\":\"it was done\"",
		"\"error_code\":0,\"error_msg\":\"it was done\"",
	};
	struct answer answer;
	char body[256];

	(void)state;
	for (size_t i = 0; i < SUCCESSES; i++) {
		for (size_t j = 0; j < sizeof(words) / sizeof(words[0]); j++) {
			snprintf(body, sizeof(body), "{%s,%s}", successes[i].inside, words[j]);
			expect_failure(successes[i].operation, 200, body, COC_UNKNOWN, EIO);
		}
		for (size_t j = 0; j < sizeof(harmless) / sizeof(harmless[0]); j++) {
			snprintf(body, sizeof(body), "{%s,%s}", harmless[j], successes[i].inside);
			read_answer(successes[i].operation, 200, body, &answer);
			if (answer.answer.outcome != COC_DONE)
				fail_msg("%s", body);
			answer_finish(&answer);
		}
	}
}

/* If a member stands twice in an object of an answer, the outcome is unknown, even if both values
 * are the same. Readers differ in which of the two they take. */
static void two_members_of_one_name_are_unknown(void **state)
{
	static const struct {
		enum coc_operation operation;
		const char *body;
	} rows[] = {
		{COC_OP_CREATE, "{\"data\":\"D1\",\"data\":\"D2\"}"},
		{COC_OP_CREATE, "{\"data\":\"D1\",\"data\":\"D1\"}"},
		{COC_OP_CREATE, "{\"data\":\"D1\",\"d\\u0061ta\":\"D2\"}"},
		{COC_OP_CREATE, "{\"data\":\"D1\",\"x\":1,\"x\":2}"},
		{COC_OP_CREATE, "{\"data\":\"D1\",\"x\":[{\"y\":{\"z\":1,\"z\":2}}]}"},
		{COC_OP_UPDATE, "{\"data\":\"D1\",\"data\":\"D2\"}"},
		{COC_OP_DELETE, "{\"data\":\"D1\",\"data\":null}"},
		{COC_OP_SHOW, "{\"data\":null,\"data\":null}"},
		{COC_OP_SHOW, "{\"data\":{\"document_id\":\"D1\",\"name\":\"n\","
			      "\"content\":\"c\",\"content\":\"d\"}}"},
		{COC_OP_LIST, "{\"data\":[],\"total\":0,\"total\":1}"},
		{COC_OP_LIST, "{\"data\":[],\"data\":[{\"document_id\":\"D1\","
			      "\"name\":\"n\"}],\"total\":0}"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		expect_failure(rows[i].operation, 200, rows[i].body, COC_UNKNOWN, EIO);
}

static void what_is_not_the_apis_is_unknown(void **state)
{
	static const struct {
		enum coc_operation operation;
		const char *body;
	} rows[] = {
		{COC_OP_CREATE, ""},
		{COC_OP_CREATE, "<html>Welcome to the hotel</html>"},
		{COC_OP_CREATE, "{}"},
		{COC_OP_CREATE, "null"},
		{COC_OP_CREATE, "{\"data\":null}"},
		{COC_OP_CREATE, "{\"data\":\"\"}"},
		{COC_OP_CREATE, "{\"data\":12}"},
		{COC_OP_CREATE, "{\"data\":\"D\\n1\"}"},
		{COC_OP_CREATE, "{\"data\":\"D1\""},
		{COC_OP_CREATE, "{\"data\":\"D1\"}x"},
		{COC_OP_CREATE, "{\"data\":\"D1\\u0000x\"}"},
		{COC_OP_CREATE, "{\"Data\":\"D1\"}"},
		{COC_OP_UPDATE, ""},
		{COC_OP_UPDATE, "{}"},
		{COC_OP_UPDATE, "[]"},
		{COC_OP_UPDATE, "ok"},
		{COC_OP_UPDATE, "true"},
		{COC_OP_UPDATE, "\"\""},
		{COC_OP_UPDATE, "\"please log in\""},
		{COC_OP_UPDATE, "\"D2\""},
		{COC_OP_UPDATE, "{\"data\":null}"},
		{COC_OP_UPDATE, "{\"data\":false}"},
		{COC_OP_UPDATE, "{\"data\":1}"},
		{COC_OP_UPDATE, "{\"data\":{}}"},
		{COC_OP_UPDATE, "{\"data\":[\"D1\"]}"},
		{COC_OP_UPDATE, "{\"data\":\"\"}"},
		{COC_OP_UPDATE, "{\"data\":\"D2\"}"},
		{COC_OP_UPDATE, "{\"data\":\"D1 \"}"},
		{COC_OP_UPDATE, "{\"data\":\"D1\xff\"}"},
		{COC_OP_UPDATE, "{\"data\":\"" UUID "\"}"},
		{COC_OP_UPDATE, "{\"data\":\"D1\",\"error_code\":\"\xff\"}"},
		{COC_OP_UPDATE, "{\"data\":\"D1\",\"error_code\":{}}"},
		{COC_OP_UPDATE, "{\"data\":\"D1\",\"error_code\":true}"},
		{COC_OP_DELETE, ""},
		{COC_OP_DELETE, "{}"},
		{COC_OP_DELETE, "\"D1\""},
		{COC_OP_DELETE, "{\"data\":null}"},
		{COC_OP_DELETE, "{\"data\":\"D2\"}"},
		{COC_OP_DELETE, "{\"data\":\"D1\xff\"}"},
		{COC_OP_SHOW, "{}"},
		{COC_OP_SHOW, "{\"data\":{}}"},
		{COC_OP_SHOW, "{\"data\":[]}"},
		{COC_OP_SHOW, "{\"data\":false}"},
		{COC_OP_SHOW,
		 "{\"data\":{\"document_id\":\"D2\",\"name\":\"n\",\"content\":\"c\"}}"},
		{COC_OP_SHOW,
		 "{\"data\":{\"document_id\":\"D1\xff\",\"name\":\"n\",\"content\":\"c\"}}"},
		{COC_OP_SHOW, "{\"data\":{\"name\":\"n\",\"content\":\"c\"}}"},
		{COC_OP_SHOW, "{\"data\":{\"document_id\":\"D1\",\"name\":\"n\"}}"},
		{COC_OP_SHOW, "{\"data\":{\"document_id\":\"D1\",\"content\":\"c\"}}"},
		{COC_OP_SHOW, "{\"data\":{\"document_id\":\"D1\",\"name\":\"n\",\"content\":[]}}"},
		{COC_OP_SHOW,
		 "{\"data\":{\"document_id\":\"D1\",\"name\":\"n\",\"content\":\"\xff\"}}"},
		{COC_OP_SHOW, "{\"data\":{\"document_id\":\"D1\",\"name\":\"n\",\"content\":\"c\","
			      "\"risk_level\":{}}}"},
		/* {"data":null} says that the job is gone, but not beside an error */
		{COC_OP_SHOW, "{\"data\":null,\"message\":\"please log in\"}"},
		{COC_OP_SHOW, "{\"data\":null,\"code\":\"500\"}"},
		{COC_OP_SHOW, "{\"data\":null,\"error\":{\"x\":1}}"},
		{COC_OP_SHOW, "{\"data\":null,\"error_msg\":\"no\"}"},
	};
	char id[COC_DOCUMENT_ID_MAX + 2], body[256];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		expect_failure(rows[i].operation, 200, rows[i].body, COC_UNKNOWN, EIO);
	memset(id, 'D', sizeof(id) - 1);
	id[sizeof(id) - 1] = '\0';
	snprintf(body, sizeof(body), "{\"data\":\"%s\"}", id);
	expect_failure(COC_OP_CREATE, 200, body, COC_UNKNOWN, EIO);
}

static void an_id_is_taken_whole_or_not_at_all(void **state)
{
	static const struct {
		const char *text;
		bool is_id;
	} rows[] = {
		{"DM20250701180239abcde", true},
		{"x", true},
		{"a.b", true},
		{"...", true},
		{"a%2fb?c#d", true},
		{"中文", true},
		{"", false},
		{".", false},
		{"..", false},
		{"a/b", false},
		{"/", false},
		{"a b", false},
		{"a\tb", false},
		{"a\x1b[31m", false},
		{"a\x7f", false},
		{"DM123\xff"
		 "456",
		 false},
		{"\xff", false},
		{"DM\xc2\x9b"
		 "31m",
		 false},
		{"DM\xe2\x80\xae", false},
		{"DM\xe2\x80\x8b", false},
		{"DM\xef\xbb\xbf", false},
		{"\xed\xa0\x80", false},
		{"DM\xc2\xa0"
		 "1",
		 false}, /* white space other than a space */
		{"DM\xe2\x80\x80"
		 "1",
		 false},
		{"DM\xe2\x80\x8a"
		 "1",
		 false},
		{"DM\xe2\x80\xaf"
		 "1",
		 false},
		{"DM\xe3\x80\x80"
		 "1",
		 false},
		{"DM1\xe1\x85\x9f", false}, /* characters that show nothing */
		{"DM1\xe3\x85\xa4", false},
		{"DM1\xef\xb8\x8f", false},
		{"DM1\xf3\xa0\x84\x80", false},
		{"DM1\xe2\xa0\x80", false},
	};
	char text[COC_DOCUMENT_ID_MAX * 3 + 4] = "";

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (id_is_document(rows[i].text) != rows[i].is_id)
			fail_msg("\"%s\"", rows[i].text);
	for (int i = 0; i < COC_DOCUMENT_ID_MAX; i++)
		strcat(text, "中");
	assert_true(id_is_document(text));
	strcat(text, "x");
	assert_false(id_is_document(text));
}

/* A page of HTML as the body of an error comes from another server than the API. So do the words of
 * a server that wants TLS. Each row: the errno for a status and a body. */
static void a_page_is_of_another_server(void **state)
{
	static const struct {
		unsigned status;
		const char *endpoint, *body;
		int errnum;
	} rows[] = {
		{400, "https://x", "no such thing", EINVAL},
		{400, "https://x", "", EINVAL},
		{400, "https://x", "<html><a href=\"https://example\">bad request</a></html>", EIO},
		{400, "https://x", " \n<!DOCTYPE html>", EIO},
		{403, "https://x", "<html>", EPERM},
		{422, "https://x", "<html>", EINVAL},
		{400, "http://127.0.0.1:1", "<html>bad request</html>", EIO},
		/* what nginx, Go, Apache and Tomcat answer to HTTP on a port of HTTPS */
		{400, "http://127.0.0.1:1",
		 "<html>400 The plain HTTP request was sent to HTTPS port</html>", EPROTO},
		{400, "http://127.0.0.1:1", "Client sent an HTTP request to an HTTPS server.\n",
		 EPROTO},
		{400, "http://127.0.0.1:1",
		 "You're speaking plain HTTP to an SSL-enabled server port.", EPROTO},
		{400, "http://127.0.0.1:1",
		 "Bad Request\nThis combination of host and port requires TLS.", EPROTO},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct answer answer;

		answer_read(&(struct answer_source){.operation = COC_OP_CREATE,
						    .status = rows[i].status,
						    .body = rows[i].body,
						    .body_size = strlen(rows[i].body),
						    .endpoint = rows[i].endpoint},
			    &answer);
		assert_int_equal(answer.answer.outcome, COC_REFUSED);
		if (answer.answer.errnum != rows[i].errnum)
			fail_msg("%s: %s", rows[i].body, err_name(answer.answer.errnum));
		answer_finish(&answer);
	}
}

/* An answer with too many values, or nested too deep, is not parsed. Its error code counts for
 * nothing, but its status counts. */
static void an_answer_of_too_many_values_is_not_built(void **state)
{
	char *body = malloc(COC_ANSWER_VALUES_MAX * 2 + 64), deep[512] = "";
	struct answer answer;

	(void)state;
	assert_non_null(body);
	strcpy(body, "{\"error_code\":\"COC.00042101\",\"x\":[0");
	for (char *at = body + strlen(body), *end = at + (COC_ANSWER_VALUES_MAX - 4) * 2; at < end;
	     at += 2)
		strcpy(at, ",0");
	strcat(body, "]}");
	expect_failure(COC_OP_SHOW, 400, body, COC_REFUSED, ESTALE);
	strcpy(body + strlen(body) - 2, ",0]}");
	expect_failure(COC_OP_SHOW, 400, body, COC_REFUSED, EINVAL);
	expect_failure(COC_OP_SHOW, 200, body, COC_UNKNOWN, EIO);
	free(body);
	for (int i = 0; i <= COC_ANSWER_DEPTH_MAX; i++)
		strcat(deep, "{\"data\":");
	strcat(deep, "0");
	for (int i = 0; i <= COC_ANSWER_DEPTH_MAX; i++)
		strcat(deep, "}");
	expect_failure(COC_OP_UPDATE, 200, deep, COC_UNKNOWN, EIO);

	answer_read(&(struct answer_source){.operation = COC_OP_CREATE,
					    .status = 200,
					    .body = "{\"data\":\"D1\"}",
					    .body_size = 13,
					    .cut = true},
		    &answer);
	assert_int_equal(answer.answer.outcome, COC_UNKNOWN);
	answer_finish(&answer);
}

/* The largest job, with its most versions and every byte of the content escaped, and the largest
 * page are read: COC_ANSWER_MAX has room for both. */
static void the_largest_job_and_the_largest_page_are_read(void **state)
{
	static const char *const members[] = {"name", "version", "creator", "modifier",
					      "enterprise_project_id"};
	static const char escape[] = "\\u4e2d", control[] = "\\u0001";
	struct answer answer;
	char *body = malloc(COC_ANSWER_MAX + 1), *at = body;

	(void)state;
	assert_non_null(body);
	at += sprintf(at, "{\"data\":{\"document_id\":\"D1\",\"name\":\"n\",\"versions\":[{}");
	for (int i = 1; i < COC_VERSIONS_MAX; i++)
		at += sprintf(at,
			      ",{\"version\":\"v%d\",\"version_uuid\":\"" UUID
			      "\",\"create_time\":1751289421846}",
			      i);
	at += sprintf(at, "],\"content\":\"");
	for (int i = 0; i < COC_CONTENT_MAX; i++)
		at = stpcpy(at, control);
	strcpy(at, "\"}}");
	assert_true(strlen(body) <= COC_ANSWER_MAX);
	read_answer(COC_OP_SHOW, 200, body, &answer);
	assert_int_equal(answer.answer.outcome, COC_DONE);
	assert_int_equal(strlen(answer.answer.details->content), COC_CONTENT_MAX);
	answer_finish(&answer);

	at = body + sprintf(body, "{\"total\":100,\"data\":[");
	for (int row = 0; row < COC_LIST_PAGE; row++) {
		at += sprintf(at, "%s{\"document_id\":\"D%d\"", row ? "," : "", row);
		for (int member = 0; member < 5; member++) {
			at += sprintf(at, ",\"%s\":\"", members[member]);
			for (int i = 0; i < 128; i++)
				at = stpcpy(at, escape);
			at = stpcpy(at, "\"");
		}
		at = stpcpy(at, ",\"create_time\":1751289421846}");
	}
	strcpy(at, "]}");
	assert_true(strlen(body) <= COC_ANSWER_MAX);
	read_answer(COC_OP_LIST, 200, body, &answer);
	assert_int_equal(answer.answer.outcome, COC_DONE);
	assert_int_equal(answer.answer.n_summaries, COC_LIST_PAGE);
	answer_finish(&answer);
	free(body);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(create_tells_the_id),
		cmocka_unit_test(a_job_with_a_text_without_bound_proves_nothing),
		cmocka_unit_test(update_and_delete_are_of_the_job_that_was_asked_for),
		cmocka_unit_test(another_uuid_is_another_job_if_the_jobs_own_id_is_one),
		cmocka_unit_test(show_tells_the_job),
		cmocka_unit_test(a_job_whose_name_has_a_nul_can_be_shown),
		cmocka_unit_test(a_version_that_cannot_be_read_is_not_told),
		cmocka_unit_test(a_job_that_is_gone_is_estale_however_it_is_said),
		cmocka_unit_test(only_the_documented_status_says_that_it_was_done),
		cmocka_unit_test(what_tells_of_an_error_beside_its_data_is_unknown),
		cmocka_unit_test(two_members_of_one_name_are_unknown),
		cmocka_unit_test(what_is_not_the_apis_is_unknown),
		cmocka_unit_test(an_id_is_taken_whole_or_not_at_all),
		cmocka_unit_test(a_page_is_of_another_server),
		cmocka_unit_test(an_answer_of_too_many_values_is_not_built),
		cmocka_unit_test(the_largest_job_and_the_largest_page_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
