/* SPDX-License-Identifier: MIT */
/* Reads and drops the attributes of a file's own that stay with the job file name. struct commit
 * says why they stay. */
#include "submit/kept_attributes.h"

#include <errno.h>

#include "submit/rows.h"

int kept_find(struct engine *engine, const struct job_record *job,
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
	r = ledger_queued(engine->ledger, job->row, pending);
	if (r == 0)
		*ret_last = &pending->attrs;
	sent = r == -ENOENT ? engine_sent_attrs(engine, job->row) : NULL;
	if (sent)
		*ret_last = sent;
	return r == -ENOENT ? 0 : r;
}

int kept_disown(struct engine *engine, const char *path, enum attr attr)
{
	_cleanup_job_record_ struct job_record job = {0};
	struct ledger_submission pending = {0};
	const struct attr_set *last;
	int r = ledger_find(engine->ledger, path, &job), kept;

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	r = kept_find(engine, &job, &pending, &last);
	kept = r == 0 && ((last->explicit | job.sent.explicit) & (1U << attr));
	ledger_submission_finish(&pending);
	if (r < 0)
		return r;
	r = engine_disown(engine, job.row, attr);
	if (r == 0)
		r = ledger_disown(engine->ledger, job.row, attr);
	return r < 0 ? r : kept;
}
