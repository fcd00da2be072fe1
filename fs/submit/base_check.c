/* SPDX-License-Identifier: MIT */
/*
 * An update must not overwrite a version that nobody here has read. The service takes every update,
 * and has no conditional update. So before an update is sent, cocfs asks for the newest version
 * (ShowDocument). That version is a conflict if it is newer than the base, and its text is neither
 * the base's nor the text that is committed. Somebody else has written that version, and nobody
 * here has read it. Then the commit fails with ESTALE. A deletion is checked in the same way. If
 * the service shows no such job, nothing is deleted, and nothing is forgotten: the keys may be
 * those of another account. Only the file is removed.
 *
 * The order is that of a create (ask.c). The update is recorded and committed, and the service is
 * asked. The update is sent on top of the version that the service has shown. That version is
 * recorded durably (record.onto), and only then the update is sent. If a crash leaves an update
 * without such a version, the update was surely not sent, and the next mount checks again. If an
 * update's answer is lost, the later versions tell what became of the update (lost_answer.c). An
 * update that is sent again is checked again.
 *
 * The newest version may have the text that is committed already. Then nothing is sent, and that
 * version is the base. Each attribute that was not changed here since it was sent last keeps the
 * value that the service has now: somebody else may have changed it.
 *
 * With conflict=overwrite nothing is a conflict, and the service is not asked. But a person who
 * names a base claims that the service has this version. So this claim is checked. Nothing is sent
 * if the service does not have the version, or if the file has only the text of an older version.
 *
 * What remains: a version that somebody writes between the check and the update is overwritten.
 */
#define _GNU_SOURCE
#include "submit/base_check.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/crash.h"
#include "job/version.h"
#include "submit/ask.h"
#include "submit/outage.h"
#include "submit/submission_show.h"
#include "submit/submission.h"
#include "submit/versions.h"

/* Does the version in details have the text of the base, or (except for a deletion) the text that
 * is committed? */
static bool is_known_text(const struct submission *submission, const struct coc_details *details)
{
	unsigned char digest[CONTENT_DIGEST_SIZE];

	if (!submission->deletion && versions_match_text(submission, details))
		return true;
	return submission->has_base_digest &&
	       content_digest(details->content, strlen(details->content), digest) == 0 &&
	       !memcmp(digest, submission->base_digest, sizeof(digest));
}

static void explain_conflict(const struct submission *submission, const struct coc_details *details,
			     struct err *err)
{
	err_set(err, ESTALE, "the service has a newer version that was not read here: %s",
		details->version ? details->version : "it does not say which");
	versions_tell(submission, details->version, details->modifier, details->update_time_ms,
		      err);
}

/* Fills err: a person has named a version that the service does not have. */
static void explain_no_version(const struct submission *submission, int64_t newest, struct err *err)
{
	err_set(err, EINVAL, "the job has no version v%lld", (long long)submission->record.base);
	err_detail(err, "version", "v%lld", (long long)newest);
	err_detail(err, "what_to_do", "name the version that you have read, at most v%lld",
		   (long long)newest);
}

/* Fills err: a person has named a version as the base, but the file has the text of an older
 * version. A commit of that text would take back what was written since. */
static void explain_nothing_written(const struct submission *submission,
				    const struct coc_details *details, struct err *err)
{
	err_set(err, EINVAL,
		"FILE has the text of v%lld, and nothing of yours is in it: nothing was sent",
		(long long)submission->text_version);
	err_detail(err, "version", "%s", details->version ? details->version : "");
	err_detail(err, "what_to_do",
		   "read FILE: it follows its job, and has the text of the newest version then; "
		   "make your change in that text");
}

/* Is the newest version, in details, a reason to refuse the request? If so, fills err. There are
 * three reasons. (1) A person has named a base that is newer than this version. (2) The committed
 * text is that of an older version (text_version). (3) The version is newer than the base, or the
 * service does not say its number. This is no reason with conflict=overwrite. (2) and (3) are no
 * reasons if the text of the version is known here (is_known_text()). */
static bool is_in_the_way(const struct submission *submission, const struct coc_details *details,
			  struct err *err)
{
	int64_t newest = version_number(details->version);

	if (newest && submission->record.base > newest)
		explain_no_version(submission, newest, err);
	else if (submission->text_version && newest > submission->text_version &&
		 !is_known_text(submission, details))
		explain_nothing_written(submission, details, err);
	else if (!submission->engine->options.overwrite &&
		 (!newest || newest > versions_base(submission)) &&
		 !is_known_text(submission, details))
		explain_conflict(submission, details, err);
	else
		return false;
	return true;
}

/* Records the version that the request is sent on top of (for a deletion in memory only). The end
 * of this iteration sends the request. */
static void send_on_top(struct submission *submission, const struct coc_details *details)
{
	struct engine *engine = submission->engine;
	int64_t newest = version_number(details->version);
	int r = 0;

	if (!newest) /* the service did not say: assume the newest that is known here, or 1 */
		newest = submission->versions.newest > 0 ? submission->versions.newest : 1;
	submission->record.onto = newest;
	if (!submission->deletion)
		r = ledger_put_onto(engine->ledger, &submission->record);
	CRASH_POINT("onto-recorded");
	if (r < 0) {
		submission_give_up_for_now(submission,
					   "the ledger cannot record the newest version", r);
		return;
	}
	submission->versions.newest = newest;
	submission->stage = STAGE_FRESH;
	TAILQ_INSERT_TAIL(&engine->iteration.fresh, submission, link);
}

/* Does the newest version, in details, have each value that was changed here? A value that the
 * service does not tell may differ, so it has to be sent. */
static bool has_changed_values(const struct submission *submission,
			       const struct coc_details *details)
{
	const char *told[ATTR_COUNT];

	versions_told(details, told);
	for (int i = 0; i < ATTR_COUNT; i++)
		if (submission->changed & 1U << i &&
		    !attr_same(told[i], submission->record.attrs.value[i]))
			return false;
	return true;
}

/* Fails an update or a deletion before it is sent. newest: the job's newest version, which is
 * recorded as seen; 0: not known. err is copied. */
static void refuse_update(struct submission *submission, int64_t newest, const struct err *err)
{
	submission_count_in_flight(submission, -1);
	submission->seen = newest;
	submission_fail(submission, OUTCOME_FAILED, err);
}

void base_check_judge(struct submission *submission, const struct coc_details *details)
{
	int64_t newest = version_number(details->version);
	struct err err;

	if (is_in_the_way(submission, details, &err)) {
		submission->is_conflict = true;
		refuse_update(submission, newest, &err);
		return;
	}
	if (!submission->deletion && versions_match(submission, details) &&
	    has_changed_values(submission, details)) {
		submission_count_in_flight(submission, -1);
		submission->is_there = true;
		engine_tell_found(submission->engine, submission->record.row,
				  versions_base(submission), newest);
		submission_settle(submission, OUTCOME_HELD, submission->job_id,
				  newest ? submission_version(newest) : submission->versions);
		return;
	}
	if (!submission->deletion &&
	    (versions_are_used_up(newest, &err) || versions_check_risk(submission, &err) < 0))
		refuse_update(submission, newest, &err);
	else
		send_on_top(submission, details);
}

static void on_newest_shown(void *data, const struct coc_answer *answer)
{
	struct submission *submission = data;

	submission->call = NULL;
	submission_note_request_id(submission, answer->request_id);
	outage_note(submission->engine, answer);
	CRASH_POINT("newest-shown");
	if (answer->outcome == COC_DONE) {
		if (versions_take(submission, answer->details, false) < 0)
			submission_give_up_for_now(submission, "out of memory", -ENOMEM);
		else
			base_check_judge(submission, answer->details);
	} else if (submission->deletion && answer->errnum == ESTALE) {
		submission_count_in_flight(submission, -1);
		submission->is_unseen = true;
		submission_settle(submission, OUTCOME_SETTLED, submission->job_id,
				  submission->versions);
	} else {
		submission_is_unasked(submission, answer, "for the newest version of the job");
	}
}

int base_check_begin(struct submission *submission)
{
	int64_t left_ms = submission_left_ms(submission);
	int r = submission_show(submission, submission->job_id, 0, left_ms > 0 ? left_ms : 1,
				on_newest_shown);

	CRASH_POINT("newest-asked");
	return r;
}
