/* SPDX-License-Identifier: MIT */
/* Whose a row is from now on, and the refusal of what an author has written. */
#define _GNU_SOURCE
#include "submit/commit.h"

#include <errno.h>

#include "base/cleanup.h"

/* What was committed last for a job and not refused: what is under way or queued, else what the
 * service holds. pending is the caller's to finish. */
int commit_find_last(struct engine *engine, struct ledger *ledger, const struct job_record *job,
		     struct ledger_submission *pending, const struct attr_set **ret_last)
{
	const struct attr_set *sent;
	int r;

	*ret_last = engine_newest_attrs(engine, job->row);
	if (*ret_last)
		return 0;
	*ret_last = &job->sent;
	if (!job_state_is_unfinished(job->state))
		return 0;
	r = ledger_queued(ledger, job->row, pending);
	if (r == 0)
		*ret_last = &pending->attrs;
	sent = r == -ENOENT ? engine_sent_attrs(engine, job->row) : NULL;
	if (sent)
		*ret_last = sent;
	return r == -ENOENT ? 0 : r;
}

/* The text of a row goes: it is not for the file that has the name now. */
static int drop_text(struct engine *engine, struct ledger *ledger, const char *path,
		     const struct job_record *job)
{
	static const enum attr private[] = {ATTR_NAME, ATTR_DESCRIPTION};
	int r = ledger_drop_text(ledger, job->row);

	for (size_t i = 0; r >= 0 && i < sizeof(private) / sizeof(private[0]); i++)
		r = commit_disown(engine, ledger, path, private[i]);
	return r < 0 ? r : 0;
}

/* The row of a path, made when there is none, for content of this author's. */
int commit_find_row(struct engine *engine, struct ledger *ledger, const char *path,
		    const struct author *author, struct job_record *ret_job)
{
	int r = ledger_find_or_make(ledger, path, &author->holding.owner, ret_job);

	if (r < 0)
		return r;
	/* also if the row stays whose it was: the file is another */
	if (author->without_text) {
		r = drop_text(engine, ledger, path, ret_job);
		if (r < 0)
			return r;
		job_record_finish(ret_job);
		r = ledger_find(ledger, path, ret_job);
		if (r < 0)
			return r;
	}
	if (holding_is_same(&ret_job->holding, &author->holding))
		return 0;
	ret_job->holding = author->holding;
	return ledger_hold(ledger, ret_job->row, &author->holding);
}

int commit_record_refusal(struct engine *engine, struct ledger *ledger, const char *path,
			  const struct author *author, bool incomplete, const struct err *err,
			  const char *story)
{
	_cleanup_job_record_ struct job_record job = {0};
	int r = commit_find_row(engine, ledger, path, author, &job);

	return r < 0 ? r : ledger_refuse(ledger, job.row, incomplete, err, story);
}

int commit_disown(struct engine *engine, struct ledger *ledger, const char *path, enum attr attr)
{
	_cleanup_job_record_ struct job_record job = {0};
	struct ledger_submission pending = {0};
	const struct attr_set *last;
	int r = ledger_find(ledger, path, &job), kept;

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	r = commit_find_last(engine, ledger, &job, &pending, &last);
	kept = r == 0 && ((last->explicit | job.sent.explicit) & (1U << attr));
	ledger_submission_finish(&pending);
	if (r < 0)
		return r;
	r = engine_disown(engine, job.row, attr);
	if (r == 0)
		r = ledger_disown(ledger, job.row, attr);
	return r < 0 ? r : kept;
}
