/* SPDX-License-Identifier: MIT */
/*
 * The versions of a job on the service, beside what is recorded and what is committed: for the
 * check before an update (base_check.c), and for the search after it (version_search.c).
 */
#include "submit/versions.h"

#include <string.h>

#include "base/clock.h"
#include "job/fixed.h"

bool versions_are_checked(const struct submission *submission)
{
	return !submission->engine->options.overwrite &&
	       (submission->deletion || submission->record.kind == SUBMIT_UPDATE);
}

void versions_prepare(struct submission *submission, const struct job_record *job)
{
	submission->versions = (struct job_versions){job->base, job->version};
	submission->changed = ~0U;
	for (int i = 0; i < ATTR_COUNT; i++)
		if (!attr_is_fixed((enum attr)i) && !submission->engine->options.overwrite &&
		    attr_same(submission->record.attrs.value[i], job->sent.value[i]))
			submission->changed &= ~(1U << i);
	submission->has_base_digest = job->has_digest;
	memcpy(submission->base_digest, job->digest, CONTENT_DIGEST_SIZE);
}

const char *versions_value(const struct submission *submission, enum attr attr)
{
	const char *there = submission->there.value[attr];
	const char *ours = submission->record.attrs.value[attr];

	return there && !(submission->changed & 1U << attr) && !attr_same(there, ours) ? there
										       : ours;
}

const char *versions_attribute(const struct coc_details *details, enum attr attr)
{
	switch (attr) {
	case ATTR_NAME:
		return details->name;
	case ATTR_DESCRIPTION:
		return details->description;
	case ATTR_RISK_LEVEL:
		return details->risk_level;
	default:
		return NULL;
	}
}

bool versions_match(const struct submission *submission, const struct coc_details *details)
{
	const struct ledger_submission *record = &submission->record;

	if (strlen(details->content) != record->content_size ||
	    memcmp(details->content, record->content, record->content_size) != 0)
		return false;
	for (int i = 0; i < ATTR_COUNT; i++) {
		const char *there = versions_attribute(details, (enum attr)i);

		if (submission->changed & 1U << i && there &&
		    !attr_same(there, record->attrs.value[i]))
			return false;
	}
	return true;
}

int64_t versions_base(const struct submission *submission)
{
	return submission->record.base ? submission->record.base : submission->versions.base;
}

static void tell_ways_out(const struct submission *submission, const char *version, struct err *err)
{
	if (!version)
		err_detail(err, "what_to_do", "copy the text of that version over FILE");
	else if (submission->deletion)
		err_detail(
			err, "what_to_do",
			"read %s first; to delete the job all the same, say that you have read %s: "
			"`setfattr -n coc.base -v %s FILE` commits the text of FILE; then "
			"remove FILE",
			version, version, version);
	else
		err_detail(err, "what_to_do",
			   "read %s, and commit your text on top of it with `setfattr -n coc.base "
			   "-v %s FILE`; or copy the text of %s over FILE",
			   version, version, version);
}

void versions_tell(const struct submission *submission, const char *version, const char *author,
		   int64_t time_ms, struct err *err)
{
	char when[CLOCK_WORD_ROOM];

	clock_write_utc(time_ms, when);
	err_detail(err, "version", "%s", version ? version : "");
	err_detail(err, "base", "v%lld", (long long)versions_base(submission));
	err_detail(err, "author", "%s", author ? author : "");
	err_detail(err, "time", "%s", when);
	err_detail(err, "state",
		   submission->deletion ? "nothing was deleted: the job and the file stay"
					: "the file keeps your text");
	tell_ways_out(submission, version, err);
}
