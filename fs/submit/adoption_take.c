/* SPDX-License-Identifier: MIT */
/* How a create takes a job: its row is bound, and the create goes on as an update. adoption.c says
 * which job the create takes. */
#define _GNU_SOURCE
#include "submit/adoption_take.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/crash.h"
#include "base/log.h"
#include "job/fixed.h"
#include "job/origins.h"
#include "job/version.h"
#include "submit/removed_name.h"
#include "submit/submission.h"
#include "submit/versions.h"

/* Fills a job_record as if the newest version of the job had been read here: version 1, if the
 * service did not tell it. Returns 0 or -errno. */
static int read_job(const struct coc_details *details, struct job_record *job)
{
	int64_t version = version_number(details->version);
	const char *told[ATTR_COUNT];

	versions_told(details, told);
	job->job_id = strdup(details->document_id);
	if (!job->job_id || attr_set_take(&job->sent, told) < 0 ||
	    attr_set_take(&job->held, told) < 0)
		return -ENOMEM;
	job->base = job->version = version ? version : 1;
	job->sent.unresolved = origins_unresolved(&job->sent);
	job->has_digest = true;
	return content_digest(details->content, strlen(details->content), job->digest);
}

/* The job comes from a removed name, whose row is `removed`: takes the base and its digest from
 * there. If the digest there is of an unread version, the base has none. */
static void move_base(const struct job_record *removed, struct job_record *job)
{
	job->base = removed->base;
	job->has_digest = removed->has_digest && !removed->unread;
	memcpy(job->digest, removed->digest, CONTENT_DIGEST_SIZE);
}

/* Makes an update of the submission, in memory only. Returns 0, -EPERM with err filled if the risk
 * level is above max_risk=, or another -errno. */
static int prepare_update(struct submission *submission, const struct job_record *job,
			  struct err *err)
{
	int r = versions_prepare(submission, job);

	if (r == 0)
		r = attr_keep_fixed(&submission->record.attrs, &job->sent);
	if (r == 0 && versions_check_risk(submission, err) < 0) {
		err_context(err, "the service has job %s of this name", job->job_id);
		err_detail(err, "state", "nothing was sent: %s",
			   versions_kept(&submission->record));
		r = -EPERM;
	}
	return r;
}

int adoption_take(struct submission *submission, const struct coc_details *details, struct err *err)
{
	_cleanup_job_record_ struct job_record job = {0}, removed = {0};
	struct ledger_binding binding = {.attrs = &job.sent};
	int r = read_job(details, &job);

	if (r == 0)
		r = removed_name_find_for(submission, job.job_id, &removed);
	if (r == 0) {
		move_base(&removed, &job);
		binding.from = removed.row;
		binding.on_purpose = removed.on_purpose;
	}
	/* -ENOENT: no removed name may give the job away. -EBUSY: one may, later. If a row still
	 * has the job, ledger_adopt() refuses below */
	if (r == -ENOENT || r == -EBUSY)
		r = 0;
	if (r == 0)
		r = prepare_update(submission, &job, err);
	if (r < 0)
		return r;
	binding.job_id = job.job_id;
	binding.digest = job.has_digest ? job.digest : NULL;
	binding.versions = submission->versions;
	r = ledger_adopt(submission->engine->ledger, &submission->record, &binding);
	CRASH_POINT("adoption-recorded");
	if (r < 0)
		return r;
	log_about(LOG_LEVEL_INFO,
		  &(struct log_about){.path = submission->path, .job_id = job.job_id},
		  "%s: job %s v%lld is this file's from now on%s", submission->path, job.job_id,
		  (long long)job.base, binding.from ? "; the file that had it was removed" : "");
	submission->job_id = steal_ptr(job.job_id);
	submission->record.onto = 0;
	submission->is_adopted = true;
	submission->must_last = true;
	submission->engine->metrics.adoptions++;
	return 0;
}

int adoption_restore(struct submission *submission)
{
	_cleanup_job_record_ struct job_record job = {0};
	int r;

	if (!submission->is_adopted)
		return 0;
	r = ledger_get(submission->engine->ledger, submission->record.row, &job);
	if (r < 0 || job.job_id)
		return r;
	submission->is_adopted = false;
	submission->engine->metrics.adoptions--;
	submission->record.kind = SUBMIT_CREATE;
	free(steal_ptr(submission->job_id));
	return 0;
}
