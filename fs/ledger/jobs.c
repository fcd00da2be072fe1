/* SPDX-License-Identifier: MIT */
/* The ledger's rows of jobs: what is known of a path. */
#define _GNU_SOURCE
#include "ledger/jobs.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "job/origins.h"
#include "ledger/group.h"
#include "ledger/owners.h"
#include "ledger/submissions.h"

/* Reads the columns of JOB_COLUMNS. Returns 0 or -ENOMEM. */
static int read_job(sqlite3_stmt *stmt, struct job_record *job)
{
	/* in the order of the columns 6 to 10 of JOB_COLUMNS */
	static const enum attr attrs[] = {ATTR_RISK_LEVEL, ATTR_ENTERPRISE_PROJECT_ID, ATTR_NAME,
					  ATTR_DESCRIPTION, ATTR_TAGS};

	job->row = sqlite3_column_int64(stmt, 0);
	job->state = (enum job_state)sqlite3_column_int(stmt, 1);
	job->incomplete = sqlite3_column_int(stmt, 2);
	job->version = sqlite3_column_int64(stmt, 4);
	job->has_digest = sqlite3_column_bytes(stmt, 5) == CONTENT_DIGEST_SIZE;
	if (job->has_digest)
		memcpy(job->digest, sqlite3_column_blob(stmt, 5), CONTENT_DIGEST_SIZE);
	job->errnum = sqlite3_column_int(stmt, 12);
	job->changed_ms = sqlite3_column_int64(stmt, 15);
	job->refused = sqlite3_column_int(stmt, 16);
	origins_unpack(sqlite3_column_int64(stmt, 17), &job->sent);
	job->dismissed = sqlite3_column_int(stmt, 18);
	job->unmade = sqlite3_column_int(stmt, 19);
	job->backup = sqlite3_column_int(stmt, 20);
	job->base = sqlite3_column_int64(stmt, 21);
	job->on_purpose = sqlite3_column_int(stmt, 22);
	job->unread = sqlite3_column_int64(stmt, 27);
	job->holding = ledger_column_holding(stmt, 28);
	for (int i = 0; i < ATTR_COUNT; i++)
		if (ledger_column_text(stmt, 6 + i, &job->sent.value[attrs[i]]) < 0)
			return -ENOMEM;
	for (int i = 0; i < ATTR_COUNT; i++)
		if (ledger_column_text(stmt, attrs[i] == ATTR_TAGS ? 10 : 23 + i,
				       &job->held.value[attrs[i]]) < 0)
			return -ENOMEM;
	/* the service never tells the tags: they are not known for a job that was not made here */
	if (job->sent.unresolved & 1U << ATTR_TAGS)
		free(steal_ptr(job->held.value[ATTR_TAGS]));
	if (ledger_column_text(stmt, 3, &job->job_id) < 0 ||
	    ledger_column_text(stmt, 11, &job->request_id) < 0 ||
	    ledger_column_text(stmt, 13, &job->error) < 0 ||
	    ledger_column_text(stmt, 14, &job->warnings) < 0)
		return -ENOMEM;
	return 0;
}

static int find_job(sqlite3_stmt *stmt, struct job_record *ret_job)
{
	struct job_record job = {0};
	int r, code = sqlite3_step(stmt);

	if (code == SQLITE_ROW)
		r = read_job(stmt, &job);
	else
		r = code == SQLITE_DONE ? -ENOENT : ledger_errno(code);
	sqlite3_reset(stmt);
	if (r < 0)
		job_record_finish(&job);
	else
		*ret_job = job;
	return r;
}

int ledger_find(struct ledger *ledger, const char *path, struct job_record *ret_job)
{
	int r = 0;
	sqlite3_stmt *stmt = ledger_read(ledger, STMT_FIND, &r);

	if (!stmt)
		return r;
	ledger_bind_path(stmt, 1, path);
	return find_job(stmt, ret_job);
}

int ledger_get(struct ledger *ledger, int64_t row, struct job_record *ret_job)
{
	int r = 0;
	sqlite3_stmt *stmt = ledger_read(ledger, STMT_GET, &r);

	if (!stmt)
		return r;
	sqlite3_bind_int64(stmt, 1, row);
	return find_job(stmt, ret_job);
}

/* Makes a row for a path that has none. Returns 0 or -errno. */
static int make_row(struct ledger *ledger, const char *path, const struct owner *owner,
		    int64_t changed_ms, int64_t *ret_row)
{
	int r = 0;
	sqlite3_stmt *stmt = ledger_write(ledger, STMT_ENSURE, &r);

	if (!stmt)
		return r;
	ledger_bind_path(stmt, 1, path);
	sqlite3_bind_int64(stmt, 3, changed_ms);
	ledger_bind_owner(stmt, 5, owner);
	return ledger_run_new(ledger, stmt, 4, ret_row);
}

int ledger_find_or_make(struct ledger *ledger, const char *path, const struct owner *owner,
			struct job_record *ret_job)
{
	struct job_record job = {.changed_ms = clock_realtime_ms(), .holding.owner = *owner};
	int r = ledger_find(ledger, path, ret_job);

	if (r != -ENOENT)
		return r;
	r = make_row(ledger, path, owner, job.changed_ms, &job.row);
	if (r == 0)
		*ret_job = job;
	return r;
}

int ledger_row(struct ledger *ledger, const char *path, int64_t *ret_row)
{
	return ledger_row_of(ledger, STMT_ROW, path, ret_row);
}

int ledger_ensure(struct ledger *ledger, const char *path, const struct owner *owner,
		  int64_t *ret_row)
{
	int r = ledger_row(ledger, path, ret_row);

	return r == -ENOENT ? make_row(ledger, path, owner, clock_realtime_ms(), ret_row) : r;
}

int ledger_glance(struct ledger *ledger, const char *path, struct job_glance *ret_glance)
{
	int r = 0, code;
	sqlite3_stmt *stmt = ledger_read(ledger, STMT_GLANCE, &r);

	if (!stmt)
		return r;
	ledger_bind_path(stmt, 1, path);
	code = sqlite3_step(stmt);
	if (code == SQLITE_ROW)
		*ret_glance = (struct job_glance){
			.id_size = (uint64_t)sqlite3_column_int64(stmt, 0),
			.error_size = (uint64_t)sqlite3_column_int64(stmt, 1),
			.changed_ms = sqlite3_column_int64(stmt, 2),
			.holding = ledger_column_holding(stmt, 3),
		};
	sqlite3_reset(stmt);
	if (code == SQLITE_DONE)
		return -ENOENT;
	if (code == SQLITE_ROW && ret_glance->id_size)
		ret_glance->id_size++; /* the text of NAME.id ends with a newline */
	return ledger_errno(code);
}

int ledger_has_job(struct ledger *ledger, const char *path)
{
	int r = 0, code;
	sqlite3_stmt *stmt = ledger_read(ledger, STMT_HAS_JOB, &r);

	if (!stmt)
		return r;
	ledger_bind_path(stmt, 1, path);
	code = sqlite3_step(stmt);
	r = code == SQLITE_ROW ? sqlite3_column_int(stmt, 0) : ledger_errno(code);
	sqlite3_reset(stmt);
	return r;
}

int ledger_is_bound(struct ledger *ledger, const char *job_id)
{
	int r = 0, code;
	sqlite3_stmt *stmt = ledger_read(ledger, STMT_IS_BOUND, &r);

	if (!stmt)
		return r;
	ledger_bind_text(stmt, 1, job_id);
	code = sqlite3_step(stmt);
	sqlite3_reset(stmt);
	return code == SQLITE_ROW ? 1 : ledger_errno(code);
}

struct standing {
	enum job_state state;
	bool refused, incomplete;
};

static int standing_of(struct ledger *ledger, int64_t row, struct standing *ret_standing)
{
	int r = 0, code;
	sqlite3_stmt *stmt = ledger_read(ledger, STMT_STATE_OF, &r);

	if (!stmt)
		return r;
	sqlite3_bind_int64(stmt, 1, row);
	code = sqlite3_step(stmt);
	if (code == SQLITE_ROW)
		*ret_standing = (struct standing){
			.state = (enum job_state)sqlite3_column_int(stmt, 0),
			.refused = sqlite3_column_int(stmt, 1),
			.incomplete = sqlite3_column_int(stmt, 2),
		};
	sqlite3_reset(stmt);
	return code == SQLITE_DONE ? -ENOENT : ledger_errno(code);
}

int ledger_move_job(struct ledger *ledger, int64_t row, enum job_state from, enum job_state state)
{
	if (!job_state_may_move(from, state))
		return -EPROTO;
	return from == state ? 0 : ledger_run_with(ledger, STMT_STATE, row, state);
}

int ledger_set_state(struct ledger *ledger, int64_t row, enum job_state state)
{
	struct standing now = {0};
	int r = standing_of(ledger, row, &now);

	return r < 0 ? r : ledger_move_job(ledger, row, now.state, state);
}

static int state_at_end(const struct standing *now, enum job_state state, enum job_state *ret_state)
{
	enum job_state last = !now->refused ? state : now->incomplete ? JOB_DRAFT : JOB_FAILED;

	if (!job_state_may_move(now->state, state) || !job_state_may_move(state, last))
		return -EPROTO;
	*ret_state = last;
	return 0;
}

int ledger_state_at_end(struct ledger *ledger, int64_t row, enum job_state state,
			enum job_state *ret_state)
{
	struct standing now = {0};
	int r = standing_of(ledger, row, &now);

	return r < 0 ? r : state_at_end(&now, state, ret_state);
}

int ledger_end_state(struct ledger *ledger, int64_t row, enum job_state state)
{
	struct standing now = {0};
	enum job_state last = state;
	int r = standing_of(ledger, row, &now);

	if (r == 0)
		r = state_at_end(&now, state, &last);
	if (r < 0 || last == now.state)
		return r;
	return ledger_run_with(ledger, STMT_STATE, row, last);
}

int ledger_refuse(struct ledger *ledger, int64_t row, bool incomplete, const struct err *err,
		  const char *story)
{
	sqlite3_stmt *stmt;
	int r = ledger_exists(ledger, STMT_HAS_UNFINISHED, row);

	if (r == 0)
		r = ledger_set_state(ledger, row, incomplete ? JOB_DRAFT : JOB_FAILED);
	if (r < 0)
		return r;
	stmt = ledger_write(ledger, STMT_REFUSE, &r);
	if (!stmt)
		return r;
	sqlite3_bind_int64(stmt, 1, row);
	sqlite3_bind_int(stmt, 2, incomplete);
	sqlite3_bind_int(stmt, 3, err->errnum);
	ledger_bind_text(stmt, 4, story);
	sqlite3_bind_int64(stmt, 5, clock_realtime_ms());
	return ledger_run(stmt);
}

/* Runs a statement that writes a text into a row. Returns 0 or -errno. */
static int write_text(struct ledger *ledger, enum ledger_statement which, int64_t row,
		      const char *text)
{
	int r = 0;
	sqlite3_stmt *stmt = ledger_write(ledger, which, &r);

	if (!stmt)
		return r;
	sqlite3_bind_int64(stmt, 1, row);
	ledger_bind_text(stmt, 2, text);
	return ledger_run(stmt);
}

int ledger_warn(struct ledger *ledger, int64_t row, const char *warnings)
{
	return write_text(ledger, STMT_WARN, row, warnings);
}

int ledger_warn_more(struct ledger *ledger, int64_t row, const char *line)
{
	return write_text(ledger, STMT_WARN_MORE, row, line);
}

int ledger_overwrite(struct ledger *ledger, int64_t row)
{
	return ledger_run_with(ledger, STMT_OVERWRITE, row, clock_realtime_ms());
}

int ledger_clear_error(struct ledger *ledger, int64_t row)
{
	return ledger_run_with(ledger, STMT_CLEAR, row, clock_realtime_ms());
}

static int write_agreed(struct ledger *ledger, int64_t row, const struct attr_set *attrs)
{
	int r = 0;
	sqlite3_stmt *stmt = ledger_write(ledger, STMT_AGREE, &r);

	if (!stmt)
		return r;
	sqlite3_bind_int64(stmt, 1, row);
	ledger_bind_attrs(stmt, 2, attrs);
	return ledger_run(stmt);
}

int ledger_agree(struct ledger *ledger, int64_t row, const struct attr_set *attrs)
{
	int r = ledger_end_state(ledger, row, JOB_SUBMITTED);

	if (r == 0)
		r = write_agreed(ledger, row, attrs);
	return r < 0 ? r : ledger_clear_error(ledger, row);
}

int ledger_see_held(struct ledger *ledger, int64_t row, const struct attr_set *held)
{
	int r = 0;
	sqlite3_stmt *stmt = ledger_write(ledger, STMT_HELD, &r);

	if (!stmt)
		return r;
	sqlite3_bind_int64(stmt, 1, row);
	ledger_bind_held(stmt, 2, held);
	return ledger_run(stmt);
}

int ledger_disown(struct ledger *ledger, int64_t row, enum attr attr)
{
	int r = ledger_group_begin(ledger);

	if (r < 0)
		return r;
	r = ledger_run_with(ledger, STMT_DISOWN, row, 1U << attr);
	if (r == 0)
		r = ledger_run_with(ledger, STMT_DISOWN_QUEUED, row, 1U << attr);
	return ledger_group_end(ledger, r);
}

int ledger_disown_sent(struct ledger *ledger, const struct ledger_submission *submission,
		       enum attr attr)
{
	return ledger_run_with(ledger, STMT_DISOWN_SENT, submission->id, 1U << attr);
}

int ledger_dismiss(struct ledger *ledger, int64_t row)
{
	return ledger_run_with(ledger, STMT_DISMISS, row, clock_realtime_ms());
}

int ledger_has_queued(struct ledger *ledger, int64_t row)
{
	return ledger_exists(ledger, STMT_HAS_QUEUED, row);
}

int ledger_forget(struct ledger *ledger, int64_t row)
{
	int r = ledger_group_begin(ledger);

	if (r < 0)
		return r;
	/* record the job as forgotten: a create must not take this job instead of making a new
	 * one */
	r = ledger_run_row(ledger, STMT_REMEMBER, row);
	if (r == 0)
		r = ledger_run_with(ledger, STMT_FORGET, row, clock_realtime_ms());
	if (r == 0)
		r = ledger_has_queued(ledger, row);
	if (r > 0)
		r = ledger_set_state(ledger, row, JOB_QUEUED);
	return ledger_group_end(ledger, r);
}

int ledger_untrust(struct ledger *ledger, int64_t row)
{
	return ledger_run_row(ledger, STMT_UNTRUST, row);
}

int ledger_drop(struct ledger *ledger, int64_t row)
{
	int r = ledger_has_queued(ledger, row);

	/* keep the row for a queued submission, which needs it */
	if (r != 0)
		return r < 0 ? r : ledger_forget(ledger, row);
	return ledger_run_row(ledger, STMT_DROP, row);
}

int ledger_path(struct ledger *ledger, int64_t row, char **ret_path)
{
	int r = 0, code;
	sqlite3_stmt *stmt = ledger_read(ledger, STMT_PATH, &r);

	if (!stmt)
		return r;
	sqlite3_bind_int64(stmt, 1, row);
	code = sqlite3_step(stmt);
	if (code == SQLITE_ROW)
		r = ledger_column_text(stmt, 0, ret_path);
	else
		r = code == SQLITE_DONE ? -ENOENT : ledger_errno(code);
	sqlite3_reset(stmt);
	return r;
}
