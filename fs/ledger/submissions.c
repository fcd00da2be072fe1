/* SPDX-License-Identifier: MIT */
/*
 * The ledger's unfinished submissions. An intent is a row here, durable before the first byte of
 * its request is sent. The row is deleted when the submission ends, so the table holds only what is
 * unfinished.
 */
#define _GNU_SOURCE
#include "ledger/submissions.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "job/origins.h"
#include "ledger/imports.h"
#include "ledger/jobs.h"
#include "ledger/known.h"

/* the attributes in the order that their columns and parameters have in every statement */
static const enum attr columns[] = {ATTR_RISK_LEVEL, ATTR_ENTERPRISE_PROJECT_ID, ATTR_NAME,
				    ATTR_DESCRIPTION, ATTR_TAGS};

void ledger_submission_finish(struct ledger_submission *submission)
{
	free(submission->content);
	attr_set_finish(&submission->attrs);
	attr_set_finish(&submission->held);
	known_finish(&submission->known);
	*submission = (struct ledger_submission){0};
}

int ledger_submission_compare(const struct ledger_submission *a, const struct ledger_submission *b)
{
	static const enum attr sent[] = {ATTR_ENTERPRISE_PROJECT_ID, ATTR_RISK_LEVEL,
					 ATTR_DESCRIPTION, ATTR_TAGS};
	int order = memcmp(a->digest, b->digest, CONTENT_DIGEST_SIZE);

	for (size_t i = 0; !order && i < sizeof(sent) / sizeof(sent[0]); i++) {
		const char *x = a->attrs.value[sent[i]], *y = b->attrs.value[sent[i]];

		order = strcmp(x ? x : "", y ? y : "");
	}
	return order;
}

void ledger_bind_attrs(sqlite3_stmt *stmt, int place, const struct attr_set *attrs)
{
	for (int i = 0; i < ATTR_COUNT; i++)
		ledger_bind_text(stmt, place + i, attrs->value[columns[i]]);
	sqlite3_bind_int64(stmt, place + ATTR_COUNT, origins_pack(attrs));
}

void ledger_bind_held(sqlite3_stmt *stmt, int place, const struct attr_set *held)
{
	for (int i = 0; i < ATTR_COUNT; i++)
		if (columns[i] != ATTR_TAGS)
			ledger_bind_text(stmt, place + i, held->value[columns[i]]);
}

int ledger_column_attrs(sqlite3_stmt *stmt, int column, struct attr_set *attrs)
{
	for (int i = 0; i < ATTR_COUNT; i++)
		if (ledger_column_text(stmt, column + i, &attrs->value[columns[i]]) < 0)
			return -ENOMEM;
	return 0;
}

/* Deletes what is queued for the job: newer content replaces it. The new submission keeps the
 * attributes that a person has named for the older one, and its base if the new one has none.
 * Returns 0 or -errno. */
static int replace_queued(struct ledger *ledger, struct ledger_submission *submission)
{
	struct attr_set older = {0};
	int r = 0, code;
	sqlite3_stmt *stmt = ledger_read(ledger, STMT_QUEUED_BASE, &r);

	if (!stmt)
		return r;
	sqlite3_bind_int64(stmt, 1, submission->row);
	code = sqlite3_step(stmt);
	if (code == SQLITE_ROW && !submission->base)
		submission->base = sqlite3_column_int64(stmt, 0);
	if (code == SQLITE_ROW)
		origins_unpack(sqlite3_column_int64(stmt, 1), &older);
	origins_keep_named(&submission->attrs, &older);
	sqlite3_reset(stmt);
	r = ledger_errno(code);
	return r < 0 ? r : ledger_run_row(ledger, STMT_REPLACE, submission->row);
}

int ledger_insert(struct ledger *ledger, struct ledger_submission *submission, enum job_state from)
{
	sqlite3_stmt *stmt;
	int r = job_state_is_unfinished(from) ? replace_queued(ledger, submission) : 0;

	if (r < 0)
		return r;
	stmt = ledger_write(ledger, STMT_INTEND, &r);
	if (!stmt)
		return r;
	sqlite3_bind_int64(stmt, 1, submission->row);
	sqlite3_bind_int(stmt, 2, submission->kind);
	sqlite3_bind_int(stmt, 3, submission->state);
	sqlite3_bind_int(stmt, 4, submission->queued);
	sqlite3_bind_int64(stmt, 5, submission->started_ms);
	sqlite3_bind_blob(stmt, 6, submission->digest, CONTENT_DIGEST_SIZE, SQLITE_STATIC);
	ledger_bind_attrs(stmt, 7, &submission->attrs);
	sqlite3_bind_blob(stmt, 13, submission->content, (int)submission->content_size,
			  SQLITE_STATIC);
	sqlite3_bind_int64(stmt, 15, submission->base);
	sqlite3_bind_int64(stmt, 16, submission->onto);
	sqlite3_bind_int(stmt, 17, submission->adopts);
	return ledger_run_new(ledger, stmt, 14, &submission->id);
}

void ledger_undo_insert(struct ledger *ledger, struct ledger_submission *submission)
{
	submission->id = 0;
	ledger_undo(ledger);
}

int ledger_intend(struct ledger *ledger, struct ledger_submission *submission, enum job_state from)
{
	int r = job_state_may_move(from, JOB_QUEUED) ? 0 : -EPROTO;

	if (r == 0)
		r = ledger_insert(ledger, submission, from);
	if (r == 0)
		r = ledger_move_job(ledger, submission->row, JOB_QUEUED, submission->state);
	if (r < 0)
		ledger_undo_insert(ledger, submission);
	return r;
}

int ledger_move(struct ledger *ledger, const struct ledger_submission *submission,
		enum job_state state)
{
	sqlite3_stmt *stmt;
	int r = ledger_set_state(ledger, submission->row, state);

	if (r < 0)
		return r;
	stmt = ledger_write(ledger, STMT_MOVE, &r);
	if (!stmt)
		return r;
	sqlite3_bind_int64(stmt, 1, submission->id);
	sqlite3_bind_int(stmt, 2, state);
	sqlite3_bind_int64(stmt, 3, submission->started_ms);
	return ledger_run(stmt);
}

int ledger_end(struct ledger *ledger, const struct ledger_submission *submission)
{
	int r = ledger_run_row(ledger, STMT_END, submission->id);

	if (r == 0)
		r = ledger_unknow(ledger, submission);
	if (r == 0)
		r = ledger_has_queued(ledger, submission->row);
	return r > 0 ? ledger_set_state(ledger, submission->row, JOB_QUEUED) : r;
}

int ledger_settle(struct ledger *ledger, const struct ledger_submission *submission,
		  const char *job_id, const struct job_versions *versions, const char *request_id)
{
	sqlite3_stmt *stmt;
	enum job_state state;
	int r = ledger_state_at_end(ledger, submission->row, JOB_SUBMITTED, &state);

	if (r < 0)
		return r;
	stmt = ledger_write(ledger, STMT_SETTLE, &r);
	if (!stmt)
		return r;
	sqlite3_bind_int64(stmt, 1, submission->row);
	ledger_bind_text(stmt, 2, job_id);
	sqlite3_bind_int64(stmt, 3, versions->newest);
	sqlite3_bind_blob(stmt, 4, submission->digest, CONTENT_DIGEST_SIZE, SQLITE_STATIC);
	ledger_bind_attrs(stmt, 5, &submission->attrs);
	ledger_bind_text(stmt, 11, request_id);
	sqlite3_bind_int64(stmt, 12, clock_realtime_ms());
	sqlite3_bind_int(stmt, 13, state);
	sqlite3_bind_int64(stmt, 14, versions->base);
	sqlite3_bind_int(stmt, 15, submission->kind == SUBMIT_CREATE);
	ledger_bind_held(stmt, 16, &submission->held);
	sqlite3_bind_int64(stmt, 20, submission->base);
	r = ledger_run(stmt);
	/* a scan may have listed the job already, and made an import of it */
	if (r == 0 && submission->kind == SUBMIT_CREATE)
		r = ledger_import_bound(ledger, job_id, submission->row);
	return r < 0 ? r : ledger_end(ledger, submission);
}

int ledger_see(struct ledger *ledger, int64_t row, int64_t version, int64_t base)
{
	int r = 0;
	sqlite3_stmt *stmt = ledger_write(ledger, STMT_SEE, &r);

	if (!stmt)
		return r;
	sqlite3_bind_int64(stmt, 1, row);
	sqlite3_bind_int64(stmt, 2, version);
	sqlite3_bind_int64(stmt, 3, base);
	return ledger_run(stmt);
}

int ledger_put_onto(struct ledger *ledger, const struct ledger_submission *submission)
{
	int r = ledger_see(ledger, submission->row, submission->onto, submission->base);

	return r < 0 ? r : ledger_run_with(ledger, STMT_PUT_ONTO, submission->id, submission->onto);
}

/* Records the story of a submission that did not succeed, unless newer content was refused. Returns
 * 0 or -errno. */
static int tell_story(struct ledger *ledger, int64_t row, const struct err *err, const char *story,
		      const char *request_id)
{
	int r = 0;
	sqlite3_stmt *stmt = ledger_write(ledger, STMT_TELL, &r);

	if (!stmt)
		return r;
	sqlite3_bind_int64(stmt, 1, row);
	sqlite3_bind_int(stmt, 2, err->errnum);
	ledger_bind_text(stmt, 3, story);
	ledger_bind_text(stmt, 4, request_id);
	sqlite3_bind_int64(stmt, 5, clock_realtime_ms());
	return ledger_run(stmt);
}

int ledger_give_up(struct ledger *ledger, const struct ledger_submission *submission,
		   const struct err *err, const char *story, const char *request_id)
{
	int r = ledger_end_state(ledger, submission->row, JOB_FAILED);

	if (r == 0)
		r = tell_story(ledger, submission->row, err, story, request_id);
	return r < 0 ? r : ledger_end(ledger, submission);
}

int ledger_give_up_unsent(struct ledger *ledger, int64_t row, const struct err *err,
			  const char *story)
{
	int r = ledger_exists(ledger, STMT_HAS_UNFINISHED, row);

	if (r == 0)
		r = ledger_end_state(ledger, row, JOB_FAILED);
	return r < 0 ? r : tell_story(ledger, row, err, story, NULL);
}

int ledger_doubt(struct ledger *ledger, const struct ledger_submission *submission,
		 const struct err *err, const char *story, const char *request_id)
{
	int r = ledger_move(ledger, submission, JOB_IN_DOUBT);

	return r < 0 ? r : tell_story(ledger, submission->row, err, story, request_id);
}

int ledger_tell(struct ledger *ledger, const struct ledger_submission *submission,
		const struct err *err, const char *story)
{
	return tell_story(ledger, submission->row, err, story, NULL);
}

/* Copies a column with content, and a NUL after it. Returns 0 or -ENOMEM. */
static int copy_content(sqlite3_stmt *stmt, int column, char **ret_content, size_t *ret_size)
{
	size_t size = (size_t)sqlite3_column_bytes(stmt, column);
	const void *bytes = sqlite3_column_blob(stmt, column);
	char *content = size && !bytes ? NULL : malloc(size + 1);

	if (!content)
		return -ENOMEM;
	if (size)
		memcpy(content, bytes, size);
	content[size] = '\0';
	*ret_content = content;
	*ret_size = size;
	return 0;
}

int ledger_content(struct ledger *ledger, int64_t id, char **ret_content, size_t *ret_size)
{
	int r = 0, code;
	sqlite3_stmt *stmt = ledger_read(ledger, STMT_CONTENT, &r);

	if (!stmt)
		return r;
	sqlite3_bind_int64(stmt, 1, id);
	code = sqlite3_step(stmt);
	if (code == SQLITE_ROW)
		r = copy_content(stmt, 0, ret_content, ret_size);
	else
		r = code == SQLITE_DONE ? -ENOENT : ledger_errno(code);
	sqlite3_reset(stmt);
	return r;
}

int ledger_read_submission(sqlite3_stmt *stmt, struct ledger_submission *submission)
{
	submission->id = sqlite3_column_int64(stmt, 0);
	submission->row = sqlite3_column_int64(stmt, 1);
	submission->kind = (enum submission_kind)sqlite3_column_int(stmt, 2);
	submission->state = (enum job_state)sqlite3_column_int(stmt, 3);
	submission->started_ms = sqlite3_column_int64(stmt, 4);
	if (sqlite3_column_bytes(stmt, 5) != CONTENT_DIGEST_SIZE)
		return -EUCLEAN;
	memcpy(submission->digest, sqlite3_column_blob(stmt, 5), CONTENT_DIGEST_SIZE);
	if (ledger_column_attrs(stmt, 6, &submission->attrs) < 0)
		return -ENOMEM;
	if (copy_content(stmt, 11, &submission->content, &submission->content_size) < 0)
		return -ENOMEM;
	submission->queued = sqlite3_column_int(stmt, 12);
	submission->attempts = sqlite3_column_int64(stmt, 13);
	origins_unpack(sqlite3_column_int64(stmt, 14), &submission->attrs);
	submission->base = sqlite3_column_int64(stmt, 15);
	submission->onto = sqlite3_column_int64(stmt, 16);
	submission->rebound = sqlite3_column_int(stmt, 17);
	submission->adopts = sqlite3_column_int(stmt, 18);
	return 0;
}

int ledger_unfinished(struct ledger *ledger,
		      int (*fn)(void *data, struct ledger_submission *take_submission), void *data)
{
	int r = 0, code = SQLITE_DONE;
	sqlite3_stmt *stmt = ledger_read(ledger, STMT_UNFINISHED, &r);

	if (!stmt)
		return r;
	while (r >= 0 && (code = sqlite3_step(stmt)) == SQLITE_ROW) {
		struct ledger_submission submission = {0};

		r = ledger_read_submission(stmt, &submission);
		if (r < 0)
			ledger_submission_finish(&submission);
		else
			r = fn(data, &submission);
	}
	sqlite3_reset(stmt);
	return r < 0 ? r : ledger_errno(code);
}
