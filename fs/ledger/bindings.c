/* SPDX-License-Identifier: MIT */
/*
 * Binds a row to a job that the service has already. A create binds its row with ledger_settle().
 * Here are the other ways: a path takes a job instead of making one, an import is edited, a person
 * names the job.
 *
 * on_purpose says whether a person has meant this job by this path. With delete=service the removal
 * of a file deletes its job only if on_purpose is set. Otherwise only the file goes.
 */
#include <errno.h>

#include "base/clock.h"
#include "job/origins.h"
#include "job/fixed.h"
#include "ledger/group.h"
#include "ledger/imports.h"
#include "ledger/jobs.h"
#include "ledger/known.h"
#include "ledger/submissions.h"

int ledger_bound_row(struct ledger *ledger, const char *job_id, int64_t *ret_row)
{
	int r = 0, code;
	sqlite3_stmt *stmt = ledger_read(ledger, STMT_BOUND_ROW, &r);

	if (!stmt)
		return r;
	ledger_bind_text(stmt, 1, job_id);
	code = sqlite3_step(stmt);
	if (code == SQLITE_ROW)
		*ret_row = sqlite3_column_int64(stmt, 0);
	sqlite3_reset(stmt);
	return code == SQLITE_DONE ? -ENOENT : ledger_errno(code);
}

/* Finds the state that a row has once it is bound. A row with an unfinished submission or a refused
 * content keeps its state. Others are JOB_SUBMITTED, or JOB_DRAFT if binding->digest is NULL:
 * then the text may differ from the service's. Returns 0, -EEXIST if the row has a job, or another
 * -errno. */
static int state_when_bound(struct ledger *ledger, int64_t row,
			    const struct ledger_binding *binding, enum job_state *ret_state)
{
	_cleanup_job_record_ struct job_record job = {0};
	int r = ledger_get(ledger, row, &job);

	if (r < 0)
		return r;
	if (job.job_id)
		return -EEXIST;
	*ret_state = job.state;
	if (job_state_is_unfinished(job.state))
		return 0;
	if (binding->digest)
		return ledger_state_at_end(ledger, row, JOB_SUBMITTED, ret_state);
	*ret_state = job.refused ? job.state : JOB_DRAFT;
	return 0;
}

/* Writes a binding and a state into a row that has no binding; any other row stays as it is.
 * Returns 0 or -errno. */
static int write_binding(struct ledger *ledger, int64_t row, const struct ledger_binding *binding,
			 enum job_state state)
{
	struct attr_set attrs = *binding->attrs;
	int r = 0;
	sqlite3_stmt *stmt = ledger_write(ledger, STMT_BIND, &r);

	attrs.unresolved = origins_unresolved(&attrs);

	if (!stmt)
		return r;
	sqlite3_bind_int64(stmt, 1, row);
	ledger_bind_text(stmt, 2, binding->job_id);
	sqlite3_bind_int64(stmt, 3, binding->versions.newest);
	if (binding->digest)
		sqlite3_bind_blob(stmt, 4, binding->digest, CONTENT_DIGEST_SIZE, SQLITE_STATIC);
	ledger_bind_attrs(stmt, 5, &attrs);
	sqlite3_bind_int64(stmt, 11, clock_realtime_ms());
	sqlite3_bind_int(stmt, 12, state);
	sqlite3_bind_int64(stmt, 13, binding->versions.base);
	sqlite3_bind_int(stmt, 14, binding->on_purpose);
	return ledger_run(stmt);
}

/* Deletes the record that the job was forgotten on demand. Returns 0 or -errno. */
static int recall_job(struct ledger *ledger, const char *job_id)
{
	int r = 0;
	sqlite3_stmt *stmt = ledger_write(ledger, STMT_RECALL, &r);

	if (!stmt)
		return r;
	ledger_bind_text(stmt, 1, job_id);
	return ledger_run(stmt);
}

/* Binds a row, as ledger_bind() does. Call this between ledger_group_begin() and
 * ledger_group_end(). Returns 0 or -errno. */
static int bind_row(struct ledger *ledger, int64_t row, const struct ledger_binding *binding)
{
	enum job_state state;
	int64_t other;
	int r = ledger_bound_row(ledger, binding->job_id, &other);

	if (r == 0)
		r = binding->from == other ? ledger_forget(ledger, other) : -EEXIST;
	if (r < 0 && r != -ENOENT)
		return r;
	r = state_when_bound(ledger, row, binding, &state);
	if (r == 0)
		r = write_binding(ledger, row, binding, state);
	if (r == 0)
		r = recall_job(ledger, binding->job_id);
	return r < 0 ? r : ledger_import_bound(ledger, binding->job_id, row);
}

int ledger_bind(struct ledger *ledger, int64_t row, const struct ledger_binding *binding)
{
	int r = ledger_group_begin(ledger);

	return r < 0 ? r : ledger_group_end(ledger, bind_row(ledger, row, binding));
}

int ledger_adopt(struct ledger *ledger, struct ledger_submission *submission,
		 const struct ledger_binding *binding)
{
	int r = ledger_group_begin(ledger);

	if (r < 0)
		return r;
	r = bind_row(ledger, submission->row, binding);
	if (r == 0)
		r = ledger_run_with(ledger, STMT_ADOPT, submission->id, SUBMIT_UPDATE);
	if (r == 0)
		r = ledger_unknow(ledger, submission);
	r = ledger_group_end(ledger, r);
	if (r == 0)
		submission->kind = SUBMIT_UPDATE;
	return r;
}

int ledger_mean_job(struct ledger *ledger, int64_t row)
{
	return ledger_run_row(ledger, STMT_MEAN_JOB, row);
}

int ledger_tell_refusal(struct ledger *ledger, int64_t row, const char *story)
{
	int r = 0;
	sqlite3_stmt *stmt = ledger_write(ledger, STMT_TELL_REFUSAL, &r);

	if (!stmt)
		return r;
	sqlite3_bind_int64(stmt, 1, row);
	ledger_bind_text(stmt, 2, story);
	sqlite3_bind_int64(stmt, 3, clock_realtime_ms());
	return ledger_run(stmt);
}
