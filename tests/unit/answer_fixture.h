/* SPDX-License-Identifier: MIT */
#ifndef COCFS_TESTS_ANSWER_FIXTURE_H
#define COCFS_TESTS_ANSWER_FIXTURE_H

/* Answers of the service, read as the client reads them. */
#include "coc/answer.h"

/* Reads an answer with this body to a call about job D1. Call answer_finish() afterwards. */
void read_answer(enum coc_operation operation, unsigned status, const char *body,
		 struct answer *ret_answer);

/* Reads an answer with this body. Fails the test unless the call ends with this outcome and this
 * errno (positive), and the answer has no ID, no details and no list of jobs. */
void expect_failure(enum coc_operation operation, unsigned status, const char *body,
		    enum coc_outcome outcome, int errnum);

#endif
