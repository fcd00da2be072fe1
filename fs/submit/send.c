/* SPDX-License-Identifier: MIT */
/*
 * The last part of a submission's way to the service: the request and its answer. start.c and ask.c
 * come before.
 */
#define _GNU_SOURCE
#include "submit/send.h"

#include <errno.h>
#include <string.h>

#include "base/crash.h"
#include "base/log.h"
#include "submit/question.h"
#include "submit/ask.h"
#include "submit/lost_deletion.h"
#include "submit/outage.h"
#include "submit/rows.h"
#include "submit/submission.h"
#include "submit/submission_content.h"
#include "submit/version_search.h"
#include "submit/versions.h"

/* Ends a create whose answer names a job. But if another path has that job, or the job was there
 * before under any name, the create cannot have made it: then puts the submission in doubt. */
static void settle_create(struct submission *submission, const char *job_id)
{
	/* if the ledger fails, the job counts as bound to another path */
	bool bound = engine_is_bound(submission->engine, job_id) != 0;
	struct err err;

	if (!bound && !known_has(&submission->record.known, job_id) &&
	    !id_set_has(&submission->listed, job_id)) {
		submission->looks_again = submission->engine->options.adopt != ADOPT_NEVER;
		submission_settle(submission, OUTCOME_SETTLED, job_id, submission_version(1));
		return;
	}
	err_set(&err, EIO, "the service says that it made job %s, which %s", job_id,
		bound ? "another file has already" : "it had before");
	submission_fail(submission, OUTCOME_DOUBT, &err);
}

/* Ends an update that was done, after the search for its version. failed: the answer that ended the
 * search early, or NULL. */
static void on_update_read(struct submission *submission, const struct coc_answer *failed)
{
	(void)failed; /* the update was done, even if its version was not found */
	CRASH_POINT("update-read");
	submission_count_in_flight(submission, -1);
	version_search_settle(submission);
}

/* Ends an update that was done: first looks for the version that it has made. Holds a slot
 * meanwhile. */
static void settle_update(struct submission *submission)
{
	int64_t left_ms = submission_left_ms(submission);

	submission_count_in_flight(submission, 1);
	if (left_ms <= 0 || version_search_begin(submission, left_ms, on_update_read) < 0)
		on_update_read(submission, NULL);
}

static void on_answer(void *data, const struct coc_answer *answer)
{
	struct submission *submission = data;
	bool create = submission_is_create(submission);

	CRASH_POINT("answer-came");
	submission->call = NULL;
	submission_count_in_flight(submission, -1);
	submission->engine->metrics.answers[answer->outcome]++;
	histogram_add(&submission->engine->metrics.request,
		      loop_now_ms(submission->engine->loop) - submission->sent_ms);
	submission_note_request_id(submission, answer->request_id);
	outage_note(submission->engine, answer);
	switch (answer->outcome) {
	case COC_DONE:
		if (create)
			settle_create(submission, answer->document_id);
		else if (submission->deletion)
			submission_settle(submission, OUTCOME_SETTLED, submission->job_id,
					  submission->versions);
		else
			settle_update(submission);
		break;
	case COC_NOT_PROCESSED:
		if (submission->record.queued ||
		    !submission_retry_soon(submission, answer->retry_after_ms))
			submission_later(submission, answer->err, answer->retry_after_ms);
		break;
	case COC_UNKNOWN:
		if (submission->deletion)
			lost_deletion_ask(submission, answer->err);
		else
			submission_fail(submission, OUTCOME_DOUBT, answer->err);
		break;
	case COC_REFUSED:
		/* The job to delete is gone already: that is a success. But if no check came
		 * before, the keys may be another account's (is_unseen). */
		if (submission->deletion && answer->errnum == ESTALE) {
			submission->is_unseen = !versions_are_checked(submission);
			submission_settle(submission, OUTCOME_SETTLED, submission->job_id,
					  submission->versions);
			/* credentials can be put right: a queued submission is tried again */
		} else if (answer->errnum == EACCES)
			submission_later(submission, answer->err, 0);
		else
			submission_fail(submission, OUTCOME_FAILED, answer->err);
		break;
	case COC_NOT_SENT:
		submission_later(submission, answer->err, 0);
		break;
	}
}

static int send_create(struct submission *submission, struct coc_document *document,
		       int64_t timeout_ms, struct err *err)
{
	const struct coc_service *service = &submission->engine->service;
	struct job_tag *tags = NULL;
	int r = attr_tags_split(submission->record.attrs.value[ATTR_TAGS], &tags,
				&document->n_tags);

	if (r < 0)
		return err_set(err, -r, "the tags cannot be sent: %s", strerror(-r));
	document->tags = tags;
	r = service->ops->create(service->data, document, timeout_ms, on_answer, submission,
				 &submission->call, err);
	free(tags);
	return r;
}

void submission_send(struct submission *submission)
{
	struct engine *engine = submission->engine;
	const struct coc_service *service = &engine->service;
	const struct ledger_submission *sub = &submission->record;
	int64_t left_ms = submission_left_ms(submission);
	struct coc_document document = {
		.name = versions_sent_value(submission, ATTR_NAME),
		.content_size = sub->content_size,
		.enterprise_project_id = sub->attrs.value[ATTR_ENTERPRISE_PROJECT_ID],
		.risk_level = versions_sent_value(submission, ATTR_RISK_LEVEL),
		.description = versions_sent_value(submission, ATTR_DESCRIPTION),
		.version = sub->kind == SUBMIT_UPDATE ? submission->versions.newest : 0,
	};
	struct err err = {0};
	int r = submission->deletion ? 0 : submission_read_content(submission);

	document.content = sub->content;
	submission->stage = STAGE_SENDING;
	submission->sent_ms = loop_now_ms(engine->loop);
	if (left_ms < 1)
		left_ms = 1;
	if (r < 0)
		err_set(&err, -r, "the ledger cannot be read: %s", strerror(-r));
	else if (submission->deletion)
		r = service->ops->delete (service->data, submission->job_id, left_ms, on_answer,
					  submission, &submission->call, &err);
	else if (sub->kind == SUBMIT_UPDATE)
		r = service->ops->update(service->data, submission->job_id, &document, left_ms,
					 on_answer, submission, &submission->call, &err);
	else
		r = send_create(submission, &document, left_ms, &err);
	if (r == 0 && submission_is_create(submission))
		submission_drop_content(submission);
	if (r < 0) {
		submission_count_in_flight(submission, -1);
		/* this machine cannot send now. A queued submission is tried again later */
		if (r == -ENOMEM || r == -EIO)
			submission_later(submission, &err, -1);
		else
			submission_fail(submission, OUTCOME_FAILED, &err);
	}
	CRASH_POINT("request-handed");
}

void submission_take_back(struct submission *submission)
{
	engine_cancel_call(submission->engine, steal_ptr(submission->call));
	submission->stage = STAGE_FRESH;
}
