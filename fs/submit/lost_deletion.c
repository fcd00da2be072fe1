/* SPDX-License-Identifier: MIT */
/*
 * The answer of a deletion was lost, or the API cannot have sent it. The service is asked for the
 * job once, within the time that the deletion has. If the job is gone, the deletion was done.
 * Otherwise the deletion failed: the file stays, and so does the row that knows the job. A user may
 * remove the file again safely, even if the service does the first deletion late.
 */
#define _GNU_SOURCE
#include "submit/lost_deletion.h"

#include <errno.h>

#include "submit/outage.h"
#include "submit/submission_show.h"
#include "submit/submission.h"

/* Fails the deletion with the error in submission->err. asked: what the question to the service has
 * brought, for the story. */
static void fail_deletion(struct submission *submission, const char *asked)
{
	struct err err = *submission->err;

	err_detail(&err, "asked", "%s", asked);
	submission_fail(submission, OUTCOME_FAILED, &err);
}

static void on_deletion_shown(void *data, const struct coc_answer *answer)
{
	struct submission *submission = data;

	submission->call = NULL;
	submission->engine->in_flight--;
	outage_note(submission->engine, answer);
	submission_note_request_id(submission, answer->request_id);
	if (answer->errnum == ESTALE)
		submission_settle(submission, OUTCOME_SETTLED, submission->job_id,
				  submission->versions);
	else if (answer->outcome == COC_DONE)
		fail_deletion(submission, "the service still has the job; remove the file again");
	else
		fail_deletion(submission, answer->err->text);
}

void lost_deletion_ask(struct submission *submission, const struct err *err)
{
	struct engine *engine = submission->engine;
	int64_t left_ms = submission_left_ms(submission);

	submission->err = malloc(sizeof(*submission->err));
	if (!submission->err) {
		submission_fail(submission, OUTCOME_FAILED, err);
		return;
	}
	*submission->err = *err;
	if (left_ms <= 0)
		fail_deletion(submission,
			      "there was no time left to ask the service; remove the file again");
	else if (submission_show(submission, submission->job_id, 0, left_ms, on_deletion_shown) < 0)
		fail_deletion(submission, "out of memory");
	else
		engine->in_flight++;
}
