/* SPDX-License-Identifier: MIT */
/* Tests of answers that refuse a call or cannot be understood: the outcome, the errno and the text
 * of the error. */
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

static const enum coc_operation every[] = {COC_OP_CREATE, COC_OP_LIST, COC_OP_SHOW, COC_OP_UPDATE,
					   COC_OP_DELETE};

static void the_table_holds(void **state)
{
	static const struct {
		unsigned status;
		const char *code;
		enum coc_outcome outcome;
		int errnum;
	} rows[] = {
		{400, "COC.00010002", COC_REFUSED, EINVAL},
		{400, "COC.00040601", COC_REFUSED, EINVAL},
		{400, "APIGW.0201", COC_REFUSED, EINVAL},
		{400, "APIGW.0106", COC_REFUSED, EIO},
		{400, "APIGW.0204", COC_REFUSED, EIO},
		{400, "APIG.0607", COC_REFUSED, EIO},
		{400, "COC.QuotaExceeded", COC_REFUSED, EDQUOT},
		{400, "COC.00042199", COC_REFUSED, EDQUOT},
		{200, "COC.00010002", COC_REFUSED, EINVAL},
		{200, "APIGW.0308", COC_NOT_PROCESSED, EAGAIN},
		{401, "APIGW.0301", COC_REFUSED, EACCES},
		{401, "APIG.0307", COC_REFUSED, EACCES},
		{401, "common.01010001", COC_REFUSED, EACCES},
		{403, "APIGW.0302", COC_REFUSED, EPERM},
		{403, "", COC_REFUSED, EPERM},
		{404, "APIGW.0101", COC_REFUSED, EIO},
		{404, "", COC_REFUSED, EIO},
		{405, "APIGW.0501", COC_REFUSED, EDQUOT},
		{405, "APIG.0502", COC_REFUSED, EDQUOT},
		{405, "", COC_REFUSED, EIO},
		{408, "", COC_UNKNOWN, ETIMEDOUT},
		{409, "", COC_REFUSED, EEXIST},
		{409, "COC.quota", COC_REFUSED, EDQUOT},
		{413, "APIGW.0201", COC_REFUSED, EFBIG},
		{414, "APIGW.0201", COC_REFUSED, EIO},
		{422, "", COC_REFUSED, EINVAL},
		{494, "APIGW.0201", COC_REFUSED, EIO},
		/* EINVAL would send people to their file; a 4xx that is not about the content gives
		 * another errno */
		{402, "", COC_REFUSED, EPERM},
		{406, "", COC_REFUSED, EIO},
		{407, "", COC_REFUSED, EACCES},
		{410, "", COC_REFUSED, EIO},
		{411, "", COC_REFUSED, EIO},
		{412, "", COC_REFUSED, EIO},
		{414, "", COC_REFUSED, EIO},
		{415, "", COC_REFUSED, EIO},
		{416, "", COC_REFUSED, EIO},
		{417, "", COC_REFUSED, EIO},
		{418, "", COC_REFUSED, EIO},
		{421, "", COC_REFUSED, EIO},
		{423, "", COC_REFUSED, EBUSY},
		{424, "", COC_REFUSED, EIO},
		{425, "", COC_NOT_PROCESSED, EAGAIN},
		{426, "", COC_REFUSED, EIO},
		{428, "", COC_REFUSED, EIO},
		{431, "", COC_REFUSED, EIO},
		{451, "", COC_REFUSED, EPERM},
		{494, "", COC_REFUSED, EIO},
		{497, "", COC_REFUSED, EPROTO},
		/* these are no statuses of HTTP: their meaning is unknown */
		{419, "", COC_UNKNOWN, EIO},
		{460, "", COC_UNKNOWN, EIO},
		{499, "", COC_UNKNOWN, EIO},
		/* 400 is about the content; with a code of COC, other statuses are, too, but not
		 * 403 and 404 */
		{400, "", COC_REFUSED, EINVAL},
		{412, "COC.00010002", COC_REFUSED, EINVAL},
		{418, "COC.00010002", COC_REFUSED, EINVAL},
		{499, "COC.00010002", COC_REFUSED, EINVAL},
		{403, "COC.00010002", COC_REFUSED, EPERM},
		{404, "COC.00010002", COC_REFUSED, EIO},
		{429, "APIGW.0308", COC_NOT_PROCESSED, EAGAIN},
		{429, "", COC_NOT_PROCESSED, EAGAIN},
		{500, "APIGW.0601", COC_UNKNOWN, EIO},
		{500, "APIGW.0301", COC_UNKNOWN, EIO},
		{502, "APIGW.0610", COC_UNKNOWN, EIO},
		{503, "APIGW.0613", COC_NOT_PROCESSED, EAGAIN},
		{503, "APIG.0613", COC_NOT_PROCESSED, EAGAIN},
		{503, "", COC_UNKNOWN, EIO},
		{503, "XAPIG.0613", COC_UNKNOWN, EIO},
		{504, "APIGW.0201", COC_UNKNOWN, EIO},
		{301, "", COC_REFUSED, EIO},
		{302, "", COC_UNKNOWN, EIO},
		{303, "", COC_UNKNOWN, EIO},
		{308, "", COC_REFUSED, EIO},
		{100, "", COC_UNKNOWN, EIO},
		{600, "", COC_UNKNOWN, EIO},
		{0, "", COC_UNKNOWN, EIO},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (size_t op = 0; op < sizeof(every) / sizeof(every[0]); op++) {
			char body[128];

			snprintf(body, sizeof(body), "{\"error_code\":\"%s\",\"error_msg\":\"m\"}",
				 rows[i].code);
			expect_failure(every[op], rows[i].status, body, rows[i].outcome,
				       rows[i].errnum);
		}
}

static void an_error_code_that_cannot_be_read_decides_nothing(void **state)
{
	(void)state;
	/* the code with its last byte cut or cleaned would say that the job is gone */
	expect_failure(COC_OP_DELETE, 400, "{\"error_code\":\"COC.00042101\xff\"}", COC_REFUSED,
		       EINVAL);
	expect_failure(COC_OP_DELETE, 400, "{\"error_code\":\"COC.00042101\\u0085\"}", COC_REFUSED,
		       EINVAL);
	expect_failure(COC_OP_DELETE, 500, "{\"error_code\":\"COC.00042101 \"}", COC_UNKNOWN, EIO);
	expect_failure(COC_OP_DELETE, 200, "{\"error_code\":\"COC.00042101\xff\"}", COC_UNKNOWN,
		       EIO);
	expect_failure(COC_OP_CREATE, 200, "{\"data\":null,\"error_code\":5}", COC_REFUSED, EINVAL);
	/* a 5xx says nothing about the request, with any code */
	expect_failure(COC_OP_CREATE, 504, "{\"error_code\":\"APIGW.0308\"}", COC_UNKNOWN, EIO);
	expect_failure(COC_OP_CREATE, 504, "{\"a\":{\"code\":\"APIG.0308\"}}", COC_UNKNOWN, EIO);
	expect_failure(COC_OP_CREATE, 503, "{\"error_code\":\"APIGW.0308\"}", COC_UNKNOWN, EIO);
	expect_failure(COC_OP_DELETE, 500, "{\"error_code\":\"COC.00042101\"}", COC_UNKNOWN, EIO);
	expect_failure(COC_OP_UPDATE, 500, "{\"error_code\":\"COC.00042199\"}", COC_UNKNOWN, EIO);
	/* the answer contradicts itself: it has an error and a result */
	expect_failure(COC_OP_CREATE, 200,
		       "{\"data\":{\"document_id\":\"D1\"},\"error_code\":\"APIGW.0308\"}",
		       COC_UNKNOWN, EIO);
	expect_failure(COC_OP_CREATE, 200, "{\"data\":[\"D1\"],\"error_code\":\"COC.1\"}",
		       COC_UNKNOWN, EIO);
	expect_failure(COC_OP_CREATE, 429, "{\"data\":\"D1\"}", COC_UNKNOWN, EIO);
	expect_failure(COC_OP_CREATE, 400, "{\"data\":\"D1\",\"error_code\":\"COC.00010002\"}",
		       COC_UNKNOWN, EIO);
	expect_failure(COC_OP_CREATE, 400, "{\"data\":null,\"error_code\":\"COC.00010002\"}",
		       COC_REFUSED, EINVAL);
	expect_failure(COC_OP_CREATE, 200, "{\"data\":\"D1\",\"error_code\":5}", COC_UNKNOWN, EIO);
	expect_failure(COC_OP_CREATE, 200, "{\"data\":\"D1\",\"error_code\":\"COC.00010002\"}",
		       COC_UNKNOWN, EIO);
}

static void a_no_to_one_version_too_many_says_the_way_out(void **state)
{
	static const char body[] = "{\"error_code\":\"COC.00042177\",\"error_msg\":\"m\"}";
	struct answer_source source = {.operation = COC_OP_UPDATE,
				       .document_id = "D1",
				       .status = 400,
				       .body = body,
				       .body_size = sizeof(body) - 1};

	(void)state;
	for (source.version = COC_VERSIONS_MAX - 1; source.version <= COC_VERSIONS_MAX;
	     source.version++) {
		const bool last = source.version == COC_VERSIONS_MAX;
		struct answer answer;

		answer_read(&source, &answer);
		assert_int_equal(answer.answer.outcome, COC_REFUSED);
		assert_int_equal(answer.answer.errnum, last ? EDQUOT : EINVAL);
		assert_non_null(strstr(answer.err.text, ": m (COC.00042177)"));
		assert_int_equal(strstr(answer.err.details, "setfattr -x coc.job_id") != NULL,
				 last);
		answer_finish(&answer);
	}
	/* a 403 is about the account, with any body */
	source.status = 403;
	source.version = COC_VERSIONS_MAX;
	{
		struct answer answer;

		answer_read(&source, &answer);
		assert_int_equal(answer.answer.errnum, EPERM);
		answer_finish(&answer);
	}
}

static void every_shape_of_an_error_is_read(void **state)
{
	static const char *const bodies[] = {
		"{\"error_code\":\"X.1\",\"error_msg\":\"no luck\",\"request_id\":\"r1\"}",
		"{\"code\":\"X.1\",\"message\":\"no luck\",\"request_id\":\"r1\"}",
		"{\"error\":{\"code\":\"X.1\",\"message\":\"no luck\"},\"request_id\":\"r1\"}",
		"{\"error\":{\"error_code\":\"X.1\",\"error_msg\":\"no "
		"luck\",\"request_id\":\"r1\"}}",
		"{\"a\":1,\"b\":{\"c\":2},\"error\":{\"code\":\"X.1\",\"message\":\"no luck\","
		"\"details\":[{\"code\":\"Y\"}],\"request_id\":\"r1\"}}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		struct answer answer;

		read_answer(COC_OP_CREATE, 400, bodies[i], &answer);
		assert_string_equal(answer.answer.error_code, "X.1");
		assert_string_equal(answer.answer.error_msg, "no luck");
		assert_string_equal(answer.answer.request_id, "r1");
		assert_string_equal(answer.err.text, "the service refused the call: no luck (X.1)");
		assert_non_null(strstr(answer.err.details, "http_status: 400\nerror_code: X.1\n"
							   "error_msg: no luck\nrequest_id: r1\n"
							   "what_to_do: "));
		answer_finish(&answer);
	}
}

static void the_header_wins_for_the_request_id(void **state)
{
	static const char body[] = "{\"error_code\":\"X.1\",\"request_id\":\"body\"}";
	struct answer answer;

	(void)state;
	answer_read(&(struct answer_source){.operation = COC_OP_CREATE,
					    .status = 400,
					    .request_id = "header",
					    .retry_after = "3",
					    .body = body,
					    .body_size = strlen(body)},
		    &answer);
	assert_string_equal(answer.answer.request_id, "header");
	assert_int_equal(answer.answer.retry_after_ms, 3000);
	answer_finish(&answer);
	answer_read(&(struct answer_source){.operation = COC_OP_CREATE,
					    .status = 400,
					    .request_id = "header\x01",
					    .body = body,
					    .body_size = strlen(body)},
		    &answer);
	assert_string_equal(answer.answer.request_id, "body");
	answer_finish(&answer);
}

static void text_that_is_not_json_is_shown_in_part(void **state)
{
	char body[2000];
	struct answer answer;

	(void)state;
	read_answer(COC_OP_SHOW, 502, "<h1>Bad\nGateway</h1>", &answer);
	assert_string_equal(answer.answer.error_msg, "<h1>Bad Gateway</h1>");
	assert_int_equal(answer.answer.outcome, COC_UNKNOWN);
	assert_non_null(strstr(answer.err.details, "endpoint: https://coc.example\n"));
	answer_finish(&answer);

	memset(body, 'x', sizeof(body) - 1);
	body[sizeof(body) - 1] = '\0';
	read_answer(COC_OP_SHOW, 502, body, &answer);
	assert_int_equal(strlen(answer.answer.error_msg), 300);
	answer_finish(&answer);
	read_answer(COC_OP_SHOW, 502, "", &answer);
	assert_string_equal(answer.answer.error_msg, "");
	assert_string_equal(answer.err.text, "the service failed");
	answer_finish(&answer);
}

static void a_long_message_is_cut_between_characters(void **state)
{
	char body[4096] = "{\"error_msg\":\"x";
	struct answer answer;

	(void)state;
	for (int i = 0; i < 700; i++)
		strcat(body, "\xe4\xb8\xad");
	strcat(body, "\",\"error_code\":\"forged\\nerrno: 0\"}");
	read_answer(COC_OP_CREATE, 400, body, &answer);
	assert_int_equal(strlen(answer.answer.error_msg), 1 + 341 * 3);
	assert_string_equal(answer.answer.error_code, "");
	assert_non_null(strstr(answer.err.details, "what_to_do: "));
	answer_finish(&answer);
}

static void a_refusal_of_permission_names_the_action(void **state)
{
	struct answer answer;

	(void)state;
	read_answer(COC_OP_UPDATE, 403, "{}", &answer);
	assert_non_null(strstr(answer.err.details, "iam_action: coc:document:updateDocument\n"));
	answer_finish(&answer);
}

static void a_lost_answer_carries_its_error(void **state)
{
	struct answer answer;
	struct err err = {0};

	(void)state;
	err_set(&err, ETIMEDOUT, "late");
	answer_lost(COC_UNKNOWN, &err, &answer);
	assert_int_equal(answer.answer.outcome, COC_UNKNOWN);
	assert_int_equal(answer.answer.errnum, ETIMEDOUT);
	assert_int_equal(answer.answer.status, 0);
	assert_string_equal(answer.answer.err->text, "late");
	assert_string_equal(answer.answer.request_id, "");
	answer_finish(&answer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_table_holds),
		cmocka_unit_test(an_error_code_that_cannot_be_read_decides_nothing),
		cmocka_unit_test(a_no_to_one_version_too_many_says_the_way_out),
		cmocka_unit_test(every_shape_of_an_error_is_read),
		cmocka_unit_test(the_header_wins_for_the_request_id),
		cmocka_unit_test(text_that_is_not_json_is_shown_in_part),
		cmocka_unit_test(a_long_message_is_cut_between_characters),
		cmocka_unit_test(a_refusal_of_permission_names_the_action),
		cmocka_unit_test(a_lost_answer_carries_its_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
