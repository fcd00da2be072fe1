/* SPDX-License-Identifier: MIT */
/*
 * The ledger's queue: submissions that were durable here, and not yet sent, when their writers were
 * answered (submit=queue). The queue is not held in memory: an index finds the next submission when
 * one more may be sent. So a million queued submissions need no more memory than one.
 */
#define _GNU_SOURCE
#include "ledger/db.h"

#include <errno.h>

#include "ledger/jobs.h"
#include "ledger/known.h"
#include "ledger/owners.h"
#include "ledger/submissions.h"

/* the most submissions that ledger_count_queued() counts in a call: 2 ms */
#define COUNTED_AT_ONCE 20000

/* Moves the job to JOB_QUEUED. While an earlier submission of the job may have been sent
 * (JOB_SUBMITTING or JOB_IN_DOUBT), the job keeps that state. Returns 0 or -errno. */
static int set_queued(struct ledger *ledger, int64_t row, enum job_state from)
{
	int r;

	if (from == JOB_SUBMITTING || from == JOB_IN_DOUBT)
		return 0;
	r = ledger_move_job(ledger, row, from, JOB_QUEUED);
	return r < 0 ? r : ledger_clear_error(ledger, row);
}

int ledger_enqueue(struct ledger *ledger, struct ledger_submission *submission, enum job_state from)
{
	int r;

	submission->state = JOB_QUEUED;
	submission->queued = true;
	r = ledger_insert(ledger, submission, from);
	if (r == 0)
		r = set_queued(ledger, submission->row, from);
	if (r < 0)
		ledger_undo_insert(ledger, submission);
	return r;
}

/* Reads the submission that a statement with one parameter finds. Returns 0, -ENOENT or another
 * -errno. */
static int find_queued(struct ledger *ledger, enum ledger_statement which, int64_t parameter,
		       struct ledger_submission *ret_submission)
{
	struct ledger_submission submission = {0};
	int r = 0, code;
	sqlite3_stmt *stmt = ledger_read(ledger, which, &r);

	if (!stmt)
		return r;
	sqlite3_bind_int64(stmt, 1, parameter);
	code = sqlite3_step(stmt);
	if (code == SQLITE_ROW)
		r = ledger_read_submission(stmt, &submission);
	else
		r = code == SQLITE_DONE ? -ENOENT : ledger_errno(code);
	sqlite3_reset(stmt);
	if (r < 0)
		ledger_submission_finish(&submission);
	else
		*ret_submission = submission;
	return r;
}

int ledger_next(struct ledger *ledger, int64_t now_ms, struct ledger_submission *ret_submission)
{
	return find_queued(ledger, STMT_NEXT, now_ms, ret_submission);
}

int ledger_queued(struct ledger *ledger, int64_t row, struct ledger_submission *ret_submission)
{
	return find_queued(ledger, STMT_QUEUED, row, ret_submission);
}

int ledger_next_due(struct ledger *ledger, int64_t *ret_ms, bool *ret_is_empty)
{
	int r = 0, code;
	sqlite3_stmt *stmt = ledger_read(ledger, STMT_NEXT_DUE, &r);

	if (!stmt)
		return r;
	code = sqlite3_step(stmt);
	if (code != SQLITE_ROW)
		r = ledger_errno(code);
	else if (sqlite3_column_type(stmt, 0) == SQLITE_NULL)
		r = -ENOENT;
	else
		*ret_ms = sqlite3_column_int64(stmt, 0);
	*ret_is_empty = r == -ENOENT && !sqlite3_column_int(stmt, 1);
	sqlite3_reset(stmt);
	return r;
}

int ledger_start(struct ledger *ledger, const struct ledger_submission *submission)
{
	sqlite3_stmt *stmt;
	int r = ledger_set_state(ledger, submission->row, JOB_SUBMITTING);

	if (r < 0)
		return r;
	stmt = ledger_write(ledger, STMT_START, &r);
	if (!stmt)
		return r;
	sqlite3_bind_int64(stmt, 1, submission->id);
	sqlite3_bind_int(stmt, 2, submission->kind);
	sqlite3_bind_int64(stmt, 3, submission->started_ms);
	ledger_bind_attrs(stmt, 4, &submission->attrs);
	sqlite3_bind_int64(stmt, 10, submission->onto);
	return ledger_run(stmt);
}

int ledger_is_being_sent(struct ledger *ledger, const struct ledger_submission *submission)
{
	return ledger_exists(ledger, STMT_IS_BEING_SENT, submission->id);
}

int64_t ledger_newest_id(const struct ledger *ledger)
{
	return ledger->last_id;
}

int ledger_drop_queued(struct ledger *ledger, int64_t row, int64_t newest_id)
{
	int r = ledger_run_with(ledger, STMT_DROP_QUEUED, row, newest_id);
	bool dropped = r == 0 && sqlite3_changes(ledger->db) > 0;

	if (r == 0)
		r = ledger_has_queued(ledger, row);
	if (r > 0)
		r = ledger_set_state(ledger, row, JOB_QUEUED);
	return r < 0 ? r : dropped;
}

/* Is another submission of the same job queued? Returns 1, 0 or -errno. */
static int has_other_queued(struct ledger *ledger, const struct ledger_submission *submission)
{
	int r = 0, code;
	sqlite3_stmt *stmt = ledger_read(ledger, STMT_HAS_OTHER_QUEUED, &r);

	if (!stmt)
		return r;
	sqlite3_bind_int64(stmt, 1, submission->row);
	sqlite3_bind_int64(stmt, 2, submission->id);
	code = sqlite3_step(stmt);
	r = code == SQLITE_ROW ? sqlite3_column_int(stmt, 0) : ledger_errno(code);
	sqlite3_reset(stmt);
	return r;
}

int ledger_requeue(struct ledger *ledger, const struct ledger_submission *submission,
		   int64_t next_try_ms, const char *error)
{
	sqlite3_stmt *stmt;
	int r = ledger_set_state(ledger, submission->row, JOB_QUEUED);

	if (r == 0)
		r = ledger_clear_error(ledger, submission->row);
	if (r == 0)
		r = has_other_queued(ledger, submission);
	if (r < 0)
		return r;
	if (r > 0) /* newer content is queued already, so this submission is never sent */
		return ledger_end(ledger, submission);
	r = ledger_unknow(ledger, submission);
	if (r < 0)
		return r;
	stmt = ledger_write(ledger, STMT_REQUEUE, &r);
	if (!stmt)
		return r;
	sqlite3_bind_int64(stmt, 1, submission->id);
	sqlite3_bind_int64(stmt, 2, next_try_ms);
	ledger_bind_text(stmt, 3, error);
	sqlite3_bind_int(stmt, 4, submission->rebound);
	return ledger_run(stmt);
}

int ledger_has_rebound(struct ledger *ledger)
{
	return ledger_exists(ledger, STMT_HAS_REBOUND, 0);
}

int ledger_hasten(struct ledger *ledger)
{
	int r = 0;
	sqlite3_stmt *stmt = ledger_write(ledger, STMT_HASTEN, &r);

	return stmt ? ledger_run(stmt) : r;
}

int ledger_pending(struct ledger *ledger, int64_t after, int max,
		   int (*fn)(void *data, struct job_pending *row), void *data)
{
	int r = 0, code = SQLITE_DONE;
	sqlite3_stmt *stmt = ledger_read(ledger, STMT_PENDING, &r);

	if (!stmt)
		return r;
	sqlite3_bind_int64(stmt, 1, after);
	sqlite3_bind_int(stmt, 2, max);
	while (r >= 0 && (code = sqlite3_step(stmt)) == SQLITE_ROW) {
		struct job_pending row = {
			.id = sqlite3_column_int64(stmt, 0),
			.state = (enum job_state)sqlite3_column_int(stmt, 1),
			.attempts = sqlite3_column_int64(stmt, 2),
			.next_try_ms = sqlite3_column_int64(stmt, 3),
			.path = (const char *)sqlite3_column_text(stmt, 4),
			.last_error = (const char *)sqlite3_column_text(stmt, 5),
			.is_aside = sqlite3_column_int(stmt, 6),
			.holding = ledger_column_holding(stmt, 7),
		};

		r = row.path ? fn(data, &row) : -ENOMEM;
	}
	sqlite3_reset(stmt);
	return r < 0 ? r : ledger_errno(code);
}

int ledger_count_queued(struct ledger *ledger, struct queued_count *count)
{
	int r = 0, code;
	int64_t n = 0;
	sqlite3_stmt *stmt = ledger_read(ledger, STMT_COUNT_QUEUED, &r);

	if (!stmt)
		return r;
	sqlite3_bind_int64(stmt, 1, count->after);
	sqlite3_bind_int(stmt, 2, COUNTED_AT_ONCE);
	code = sqlite3_step(stmt);
	if (code == SQLITE_ROW) {
		n = sqlite3_column_int64(stmt, 0);
		count->after = sqlite3_column_int64(stmt, 1);
		count->n += n;
	}
	sqlite3_reset(stmt);
	return code == SQLITE_ROW ? n == COUNTED_AT_ONCE : ledger_errno(code);
}
