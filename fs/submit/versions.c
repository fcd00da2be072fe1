/* SPDX-License-Identifier: MIT */
/*
 * Compares the versions of a job on the service with what is recorded and what is committed.
 * base_check.c uses this before an update, and version_search.c after it.
 */
#include "submit/versions.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "bounds/api.h"
#include "job/origins.h"
#include "submit/bounds.h"

/* the longest path in a story, in bytes: a story has room for some lines only */
#define TOLD_PATH_MAX 512

bool versions_are_checked(const struct submission *submission)
{
	return (!submission->engine->options.overwrite || submission->is_base_newer) &&
	       (submission->deletion || submission->record.kind == SUBMIT_UPDATE);
}

/* Notes in record.held the value that the service holds of an attribute. NULL: it is not known.
 * Returns 0 or -ENOMEM. */
static int put_held_value(struct submission *submission, enum attr attr, const char *value)
{
	if (value)
		return attr_set_put(&submission->record.held, attr, value, strlen(value));
	free(steal_ptr(submission->record.held.value[attr]));
	return 0;
}

int versions_prepare(struct submission *submission, const struct job_record *job)
{
	int64_t version;
	int r = 0;

	submission->versions = (struct job_versions){job->base, job->version};
	submission->changed = origins_changed(&submission->record.attrs, job);
	submission->told = 0;
	for (int i = 0; r == 0 && i < ATTR_COUNT; i++)
		r = put_held_value(submission, (enum attr)i,
				   job->job_id ? job->held.value[i] : NULL);
	/* version: the version whose text the file had. If a newer one is named as the base, and
	 * the committed text is still that of `version`, text_version is `version`; else 0. */
	version = job->unread ? job->unread : job->base;
	submission->is_base_newer = job->job_id && submission->record.base > version;
	submission->text_version =
		submission->is_base_newer && job->has_digest &&
				!memcmp(job->digest, submission->record.digest, CONTENT_DIGEST_SIZE)
			? version
			: 0;
	/* job->digest is of the text in the file. It is no digest of the base if that text is
	 * unread, or if another version is named as the base. */
	submission->has_base_digest =
		job->has_digest && !job->unread &&
		(!submission->record.base || submission->record.base == job->base);
	memcpy(submission->base_digest, job->digest, CONTENT_DIGEST_SIZE);
	return r;
}

int versions_take(struct submission *submission, const struct coc_details *details, bool after)
{
	const char *told[ATTR_COUNT];

	versions_told(details, told);
	submission->told = 0;
	for (int i = 0; i < ATTR_COUNT; i++)
		if (told[i] && after)
			submission->told |= 1U << i;
	return attr_set_take(&submission->record.held, told);
}

const char *versions_value(const struct submission *submission, enum attr attr)
{
	const char *held = submission->record.held.value[attr];
	const char *ours = submission->record.attrs.value[attr];

	return held && !(submission->changed & 1U << attr) && !attr_same(held, ours) ? held : ours;
}

const char *versions_sent_value(const struct submission *submission, enum attr attr)
{
	const char *value = versions_value(submission, attr);

	if (submission->record.kind != SUBMIT_UPDATE)
		return value;
	/* "" removes a description; without a value in the request the service would keep it */
	if (submission->changed & 1U << attr)
		return value ? value : "";
	/* With conflict=overwrite the service may not have been asked: another host may have
	 * changed the value, so it is not sent and stays the service's. Only the name has to be
	 * sent. */
	return submission->engine->options.overwrite && attr != ATTR_NAME ? NULL : value;
}

int versions_complete(struct submission *submission)
{
	int r = 0;

	for (int i = 0; r == 0 && i < ATTR_COUNT; i++)
		if (submission->changed & ~submission->told & 1U << i)
			r = put_held_value(submission, (enum attr)i,
					   submission->record.attrs.value[i]);
	return r;
}

int versions_check_risk(const struct submission *submission, struct err *err)
{
	return attr_check_risk(versions_value(submission, ATTR_RISK_LEVEL),
			       submission->engine->options.max_risk, err);
}

void versions_told(const struct coc_details *details, const char *ret_told[ATTR_COUNT])
{
	for (int i = 0; i < ATTR_COUNT; i++)
		ret_told[i] = NULL;
	ret_told[ATTR_RISK_LEVEL] = details->risk_level;
	ret_told[ATTR_ENTERPRISE_PROJECT_ID] = details->enterprise_project_id;
	ret_told[ATTR_NAME] = details->name;
	ret_told[ATTR_DESCRIPTION] = details->description;
}

bool versions_match_text(const struct submission *submission, const struct coc_details *details)
{
	const struct ledger_submission *record = &submission->record;
	unsigned char digest[CONTENT_DIGEST_SIZE];

	if (strlen(details->content) != record->content_size)
		return false;
	if (record->content)
		return !memcmp(details->content, record->content, record->content_size);
	return content_digest(details->content, record->content_size, digest) == 0 &&
	       !memcmp(digest, record->digest, sizeof(digest));
}

bool versions_match(const struct submission *submission, const struct coc_details *details)
{
	const char *told[ATTR_COUNT];

	if (!versions_match_text(submission, details))
		return false;
	versions_told(details, told);
	for (int i = 0; i < ATTR_COUNT; i++)
		if (submission->changed & 1U << i && told[i] &&
		    !attr_same(told[i], submission->record.attrs.value[i]))
			return false;
	return true;
}

int64_t versions_base(const struct submission *submission)
{
	return submission->record.base ? submission->record.base : submission->versions.base;
}

bool versions_are_used_up(int64_t newest, struct err *err)
{
	if (newest < COC_VERSIONS_MAX)
		return false;
	err_set(err, EDQUOT,
		"the job has %lld versions, as many as the service keeps: nothing was sent",
		(long long)newest);
	err_detail(err, "version", "v%lld", (long long)newest);
	err_detail(err, "what_to_do",
		   "to make a new job of FILE, forget the old one with `setfattr -x coc.job_id "
		   "FILE` and write FILE again");
	return true;
}

bool versions_run_short(int64_t newest, struct err *warning)
{
	const int64_t left = newest < COC_VERSIONS_MAX ? COC_VERSIONS_MAX - newest : 0;

	if (newest < VERSIONS_WARN_FROM)
		return false;
	err_set(warning, EDQUOT,
		"the job has %lld of %d versions: %lld more can be written, and then `setfattr -x "
		"coc.job_id FILE` lets FILE make a new job",
		(long long)newest, COC_VERSIONS_MAX, (long long)left);
	return true;
}

static void tell_ways_out(const struct submission *submission, const char *version, struct err *err)
{
	if (!version) {
		err_detail(err, "what_to_do", "copy the text of that version over FILE");
		return;
	}
	/* relative to the root of the mount. A path that is too long for the story is left out */
	if (strlen(submission->path) < TOLD_PATH_MAX)
		err_detail(err, "file", ".coc/versions/%s/%s.yaml", submission->path, version);
	if (submission->deletion)
		err_detail(err, "what_to_do",
			   "read FILE: it follows its job, and has the text of %s then; to delete "
			   "the job all the same, remove FILE again. If FILE is a draft, copy the "
			   "text of %s over it first",
			   version, version);
	else if (submission->record.is_renamed)
		err_detail(
			err, "what_to_do",
			"read FILE: it follows its job, and has the text of %s then; make your "
			"change in that text again. If FILE is a draft, copy the text of %s over "
			"it first",
			version, version);
	else
		err_detail(err, "what_to_do",
			   "read %s, and commit your text on top of it with `setfattr -n coc.base "
			   "-v %s FILE`; or copy the text of %s over FILE",
			   version, version, version);
}

const char *versions_kept(const struct ledger_submission *record)
{
	return record->is_renamed
		       ? "FILE has what it had before; the text that was renamed onto it has the "
			 "name that it had, or the program that made it has removed it"
		       : "the file keeps your text";
}

void versions_tell(const struct submission *submission, const char *version, const char *author,
		   int64_t time_ms, struct err *err)
{
	const int64_t base = versions_base(submission);
	char when[CLOCK_WORD_ROOM];

	clock_write_utc(time_ms, when);
	err_detail(err, "version", "%s", version ? version : "");
	if (base)
		err_detail(err, "base", "v%lld", (long long)base);
	err_detail(err, "author", "%s", author ? author : "");
	err_detail(err, "time", "%s", when);
	err_detail(err, "state", "%s",
		   submission->deletion ? "nothing was deleted: the job and the file stay"
					: versions_kept(&submission->record));
	tell_ways_out(submission, version, err);
}
