/* SPDX-License-Identifier: MIT */
#include "answer_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define NOW 784111777 /* Sun, 06 Nov 1994 08:49:37 GMT */

void read_answer(enum coc_operation operation, unsigned status, const char *body,
		 struct answer *ret_answer)
{
	answer_read(&(struct answer_source){.operation = operation,
					    .document_id = "D1",
					    .status = status,
					    .body = body,
					    .body_size = strlen(body),
					    .endpoint = "https://coc.example",
					    .now_s = NOW},
		    ret_answer);
}

void expect_failure(enum coc_operation operation, unsigned status, const char *body,
		    enum coc_outcome outcome, int errnum)
{
	struct answer answer;

	read_answer(operation, status, body, &answer);
	if (answer.answer.outcome != outcome || answer.answer.errnum != errnum)
		fail_msg("%u %s: outcome %d, %s", status, body, answer.answer.outcome,
			 err_name(answer.answer.errnum));
	assert_non_null(answer.answer.err);
	assert_int_equal(answer.answer.err->errnum, errnum);
	assert_int_equal(answer.answer.status, status);
	assert_null(answer.answer.document_id);
	assert_null(answer.answer.details);
	assert_null(answer.answer.summaries);
	assert_int_equal(answer.answer.n_summaries, 0);
	answer_finish(&answer);
}
