/* SPDX-License-Identifier: MIT */
/*
 * Which version has an update made? The answer of an update does not say that, and somebody else
 * may have written since, or just before. So the newest version is read, and then the versions
 * before it, down to the version that the update was sent on top of (record.onto). The first
 * version in this order that has what was sent is the update's. In most cases that is the newest
 * version, and one question is enough.
 *
 * After an update whose answer came, the version that was found is the base. If somebody else has
 * written a newer version, or a version between the check and the update, the file warns and names
 * that version. If the service cannot be asked, the update was done all the same. Then record.onto
 * + 1 counts as the update's version, and the next check corrects that.
 *
 * After an update whose answer was lost, a version that has what was sent proves that the update
 * was done (lost_answer.c).
 */
#define _GNU_SOURCE
#include "submit/version_search.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "bounds/api.h"
#include "job/version.h"
#include "submit/outage.h"
#include "submit/submission_show.h"
#include "submit/submission.h"
#include "submit/versions.h"

static void on_version_shown(void *data, const struct coc_answer *answer);

static void forget_search(struct submission *submission)
{
	free(submission->search.author);
	submission->search = (struct version_search){0};
}

/* Asks for a version; 0 is the newest. Returns 0 or -errno. */
static int show_version(struct submission *submission, int64_t number)
{
	return submission_show(submission, submission->job_id, number,
			       submission->search.timeout_ms, on_version_shown);
}

static void end_search(struct submission *submission, const struct coc_answer *failed)
{
	submission->search.done(submission, failed);
}

/* Asks for the next older version. Ends the search if that is not newer than record.onto, the
 * version that the update was sent on top of. Also after COC_VERSIONS_MAX versions, or if the call
 * cannot begin. */
static void go_down(struct submission *submission)
{
	struct version_search *search = &submission->search;

	search->next--;
	if (search->next <= submission->record.onto ||
	    search->newest - search->next >= COC_VERSIONS_MAX) {
		end_search(submission, NULL);
		return;
	}
	if (show_version(submission, search->next) < 0) {
		search->is_unsure = true;
		end_search(submission, NULL);
	}
}

static void take_newest(struct submission *submission, const struct coc_details *details)
{
	struct version_search *search = &submission->search;

	search->newest = version_number(details->version);
	/* the service does not say the version: assume that it is the one after record.onto if it
	 * has what was sent, else record.onto itself */
	if (!search->newest)
		search->newest = submission->record.onto + versions_match(submission, details);
	search->next = search->newest;
	search->time_ms = details->update_time_ms;
	search->author = details->modifier ? strdup(details->modifier) : NULL;
	/* without memory for the service's values, assume that it holds what was sent */
	if (versions_take(submission, details, true) < 0)
		submission->told = 0;
}

static void on_version_shown(void *data, const struct coc_answer *answer)
{
	struct submission *submission = data;
	struct version_search *search = &submission->search;
	bool is_first = !search->newest;

	submission->call = NULL;
	outage_note(submission->engine, answer);
	if (answer->outcome == COC_DONE) {
		if (is_first)
			take_newest(submission, answer->details);
		if (search->next > submission->record.onto &&
		    versions_match(submission, answer->details)) {
			search->ours = search->next;
			end_search(submission, NULL);
			return;
		}
	} else if (is_first || !coc_answer_refuses(answer)) {
		end_search(submission, answer);
		return;
	} else {
		search->is_unsure = true; /* the service does not show this version */
	}
	go_down(submission);
}

int version_search_begin(struct submission *submission, int64_t timeout_ms,
			 version_search_done_fn *done)
{
	forget_search(submission);
	submission->search.timeout_ms = timeout_ms;
	submission->search.done = done;
	return show_version(submission, 0);
}

/* Writes who has written the newest version, and when: " by NAME, TIME". If the author is not
 * known: ", TIME". A time that is not known is "-". */
static void write_author(const struct version_search *search, char *text, size_t room)
{
	char when[CLOCK_WORD_ROOM];

	clock_write_utc(search->time_ms, when);
	snprintf(text, room, "%s%.256s, %s", search->author ? " by " : "",
		 search->author ? search->author : "", when);
}

/* Adds a warning to the log, and to the file's warnings as a line. */
static void add_notice(struct submission *submission, const struct err *warning)
{
	log_err(LOG_LEVEL_WARNING, submission->path, submission->job_id, warning);
	buf_printf(&submission->notice, "%s\n", warning->text);
}

/* Warns if somebody else has written a newer version than the update's (ours), or a version between
 * the check and the update. With conflict=overwrite there may have been no check, so warns only of
 * a newer version. */
static void warn_of_others(struct submission *submission, int64_t ours)
{
	const struct version_search *search = &submission->search;
	int64_t next = submission->record.onto + 1;
	char author[320];
	struct err warning;

	if (search->newest > ours) {
		write_author(search, author, sizeof(author));
		err_set(&warning, ESTALE, "the service has a newer version than this file: v%lld%s",
			(long long)search->newest, author);
	} else if (ours > next && !submission->engine->options.overwrite) {
		err_set(&warning, ESTALE,
			"v%lld was written by somebody else at the same moment, and v%lld, which "
			"has the text of this file, is on top of it",
			(long long)(ours - 1), (long long)ours);
	} else {
		return;
	}
	add_notice(submission, &warning);
}

void version_search_settle(struct submission *submission)
{
	const struct version_search *search = &submission->search;
	int64_t next = submission->record.onto + 1, ours = search->ours ? search->ours : next;
	struct job_versions versions = {.base = ours,
					.newest = search->newest > ours ? search->newest : ours};
	struct err warning;

	warn_of_others(submission, ours);
	if (versions_run_short(versions.newest, &warning))
		add_notice(submission, &warning);
	submission_settle(submission, OUTCOME_SETTLED, submission->job_id, versions);
}

void version_search_explain(const struct submission *submission, struct err *err)
{
	const struct version_search *search = &submission->search;
	char version[VERSION_ROOM];

	version_write(search->newest, version);
	err_set(err, ESTALE,
		"it was not submitted, and the service has a newer version that was not read "
		"here: %s",
		version);
	versions_tell(submission, version, search->author, search->time_ms, err);
}
