/* SPDX-License-Identifier: MIT */
/*
 * Two hosts do not create the same job twice. A repository that is copied from a second machine, or
 * after the loss of a state directory, finds its jobs on the service. So before a create makes a
 * job, the create looks at the jobs of its name and project that the question has brought
 * (question.c). A job that no path of this space is bound to is a candidate. The create takes the
 * candidate that has its content (adopt=same), or else the only candidate (adopt=name). More than
 * one candidate is EEXIST: nobody can tell which job is meant.
 *
 * The row is bound to the job, and the create goes on as an update of the job. Both are recorded in
 * one step, durably, before the update is sent or the writer is answered. After a crash before this
 * step, nothing was sent. After a crash later than this step, the next mount finds a bound row.
 * Each attribute that is the file's own counts as changed here. For the other attributes the
 * service's value stays. The risk level that results must be within max_risk=.
 *
 * A job that was forgotten on demand is no candidate: its file is to have a new job. A job that
 * another create of this space may have made is no candidate either. Such a create has the same
 * name, its request is sent and not answered, and the service did not list the job when that create
 * asked. Only that create may get the job. So if its answer is lost, it can still be told which job
 * it has made (lost_match.c).
 *
 * The file name of a removed import remembers its job. A create for a file of that name takes the
 * remembered job if the create has the job's text, even if meta.name says another name. Otherwise
 * the create is refused. So nobody overwrites a text that nobody has read, and no second job is
 * made.
 *
 * A removed name has no file, so its job is a candidate, too (removed_name.c). With adopt=same the
 * job is a candidate only if it has the text of the create, and was not made here.
 *
 * With adopt=name no two paths of the space have jobs of the same name. A create is EEXIST if
 * another path is bound to a job of the name, or is about to make one. Otherwise it would make a
 * second job of the name, and the next machine could not tell the two apart. With adopt=same the
 * create of a second path makes a job of its own: the file is a copy.
 */
#define _GNU_SOURCE
#include "submit/adoption.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/crash.h"
#include "base/cleanup.h"
#include "ledger/imports.h"
#include "submit/adoption_notes.h"
#include "submit/adoption_story.h"
#include "submit/bounds.h"
#include "submit/imports.h"
#include "submit/named_jobs.h"
#include "submit/outage.h"
#include "submit/removed_name.h"
#include "submit/rows.h"
#include "submit/submission_show.h"
#include "submit/submission.h"
#include "submit/versions.h"

/* Sets is_moved and is_taken of a candidate from what the ledger and the engine hold now. Returns 0
 * or -errno. */
static int mark_candidate(const struct submission *submission, struct adoption_candidate *candidate)
{
	const char *name = submission->record.attrs.value[ATTR_NAME];
	_cleanup_job_record_ struct job_record removed = {0};
	int bound = engine_is_bound(submission->engine, candidate->id);
	int r = bound > 0 ? removed_name_find_for(submission, candidate->id, &removed) : -ENOENT;

	if (bound < 0)
		return bound;
	if (r < 0 && r != -ENOENT && r != -EBUSY)
		return r;
	candidate->is_moved = r == 0;
	candidate->is_taken =
		(bound && !candidate->is_moved) ||
		engine_may_have_made(submission->engine, submission, name, candidate->id);
	return 0;
}

/* Calls mark_candidate() for every candidate. Returns 0 or -errno. */
static int mark_taken(const struct submission *submission)
{
	const struct adoption *adoption = submission->adoption;
	int r = 0;

	for (size_t i = 0; r == 0 && i < adoption->n; i++)
		r = mark_candidate(submission, &adoption->candidates[i]);
	return r;
}

/* Finds the next candidate whose text is still to be compared; *ret_next is NULL if there is none.
 * Calls mark_candidate() only for the candidates that it looks at: there can be a thousand. Returns
 * 0 or -errno. */
static int find_unseen(const struct submission *submission, struct adoption_candidate **ret_next)
{
	const struct adoption *adoption = submission->adoption;
	int r = 0;

	*ret_next = NULL;
	for (size_t i = 0; r == 0 && !*ret_next && i < adoption->n; i++) {
		struct adoption_candidate *candidate = &adoption->candidates[i];

		if (candidate->is_seen)
			continue;
		r = mark_candidate(submission, candidate);
		if (r == 0 && !candidate->is_taken)
			*ret_next = candidate;
	}
	return r;
}

static size_t count_candidates(const struct adoption *adoption,
			       bool (*is_such)(const struct adoption_candidate *candidate))
{
	size_t n = 0;

	for (size_t i = 0; i < adoption->n; i++)
		n += !adoption->candidates[i].is_taken && is_such(&adoption->candidates[i]);
	return n;
}

static struct adoption_candidate *
first_candidate(struct adoption *adoption, bool (*is_such)(const struct adoption_candidate *))
{
	for (size_t i = 0; i < adoption->n; i++)
		if (!adoption->candidates[i].is_taken && is_such(&adoption->candidates[i]))
			return &adoption->candidates[i];
	return NULL;
}

static bool is_unseen(const struct adoption_candidate *candidate)
{
	return !candidate->is_seen;
}

static bool is_there(const struct adoption_candidate *candidate)
{
	return candidate->is_there;
}

static bool is_equal(const struct adoption_candidate *candidate)
{
	return is_there(candidate) && candidate->is_equal;
}

static bool is_equal_and_remembered(const struct adoption_candidate *candidate)
{
	return is_equal(candidate) && candidate->is_remembered;
}

/* Has the candidate the create's text, and does a removed name of this space have the job? If there
 * are several such candidates, the first is taken: no person has to choose, since all have the same
 * text. */
static bool is_equal_and_moved(const struct adoption_candidate *candidate)
{
	return is_equal(candidate) && candidate->is_moved;
}

/* ---- from the candidates to the decision ---- */

/* Ends the adoption and calls its done with the outcome. The submission may be freed afterwards. */
static void tell_outcome(struct submission *submission, struct adoption_outcome *outcome)
{
	struct adoption *adoption = submission->adoption;
	_cleanup_free_ char *known_ids = steal_ptr(adoption->known_ids);
	adoption_done_fn *done = adoption->done;

	outcome->known_ids = known_ids;
	outcome->partial = adoption->partial;
	adoption_finish(submission);
	done(submission, outcome);
}

static void tell_refusal(struct submission *submission, struct err *err)
{
	err_detail(err, "state", "nothing was sent: %s", versions_kept(&submission->record));
	tell_outcome(submission, &(struct adoption_outcome){.kind = ADOPTION_REFUSED, .err = err});
}

static void tell_stop(struct submission *submission, const char *what, int r)
{
	tell_outcome(submission,
		     &(struct adoption_outcome){.kind = ADOPTION_STOPPED, .what = what, .r = r});
}

/* Refuses the create with EEXIST: a person has to say which job is meant. is_such selects the jobs
 * that the error names. what: words of the error after "of this name", or "". */
static void refuse_choice(struct submission *submission, const char *what,
			  bool (*is_such)(const struct adoption_candidate *))
{
	const struct adoption *adoption = submission->adoption;
	struct named_jobs named = {0};
	struct err err;

	for (size_t i = 0; i < adoption->n; i++) {
		const struct adoption_candidate *candidate = &adoption->candidates[i];

		if (!candidate->is_taken && is_such(candidate))
			named_jobs_add(&named, candidate->id);
	}
	err_set(&err, EEXIST, "the service has %zu jobs of this name%s that no file here has",
		named.n, what);
	err_detail(&err, "jobs", "%s", named.text);
	err_detail(&err, "what_to_do",
		   "say which job is this file's: setfattr -n coc.job_id -v ID FILE; or mount with "
		   "-o adopt=never to make one more job of this name");
	tell_refusal(submission, &err);
}

/* With adopt=name: returns the ID of a job of the name that another path here has, or may be
 * making, also since the list was read. NULL if there is none. With adopt=same: always NULL. */
static const char *find_bound(const struct submission *submission)
{
	const struct adoption *adoption = submission->adoption;

	for (size_t i = 0; i < adoption->n && adoption_takes_by_name(submission); i++)
		if (adoption->candidates[i].is_taken)
			return adoption->candidates[i].id;
	return adoption->bound_id;
}

/* Refuses the create with EEXIST: another path has a job of this name, or makes one
 * (adopt=name). */
static void refuse_name(struct submission *submission)
{
	const char *bound_id = find_bound(submission);
	struct err err;

	if (bound_id) {
		adoption_story_bound(submission, bound_id, &err);
	} else {
		err_set(&err, EEXIST, "another file here is about to make a job of this name");
		err_detail(
			&err, "what_to_do",
			"if that was the old place of FILE, wait (cocfs-wait MOUNTPOINT) and write "
			"FILE again. Or give FILE a name of its own (meta.name), as no two files "
			"have the same name with adopt=name. Or mount with -o adopt=same");
	}
	tell_refusal(submission, &err);
}

/* Finds the import whose file in the root had this file's name until a user removed it. Returns 0,
 * -ENOENT if there is none, or another -errno. */
static int find_remembered(const struct submission *submission, struct import_record *ret_import)
{
	struct engine *engine = submission->engine;

	return imports_any(engine) && !strchr(submission->path, '/')
		       ? ledger_import_remembered(engine->ledger, submission->path, ret_import)
		       : -ENOENT;
}

/* If a removed import had this file's name, makes the import's job a candidate. The list of jobs
 * that the question brought may lack this job: on the service the job may have another name than
 * meta.name here. Returns 0 or -errno. */
static int note_remembered(struct submission *submission)
{
	struct adoption *adoption = submission->adoption;
	_cleanup_import_record_ struct import_record import = {0};
	int r = find_remembered(submission, &import);
	size_t i = 0;

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	while (i < adoption->n && strcmp(adoption->candidates[i].id, import.job_id))
		i++;
	if (i == adoption->n) {
		adoption->candidates[i] =
			(struct adoption_candidate){.id = steal_ptr(import.job_id)};
		adoption->n++;
	}
	adoption->candidates[i].is_remembered = true;
	return 0;
}

/* No job is taken: the create makes one. But if the file has the name of a removed import, the
 * create is refused. Tools remove a file before they write it anew, so the text is probably a new
 * text for the import's job. If the ledger cannot be read, the create fails for now. */
static void make_or_refuse(struct submission *submission)
{
	_cleanup_import_record_ struct import_record import = {0};
	int r = find_remembered(submission, &import);
	struct err err;

	if (r == -ENOENT) {
		tell_outcome(submission, &(struct adoption_outcome){.kind = ADOPTION_NONE});
	} else if (r < 0) {
		tell_stop(submission, "the ledger cannot be read", r);
	} else {
		adoption_story_remembered(submission, &import, &err);
		tell_refusal(submission, &err);
	}
}

static void show_candidate(struct submission *submission, struct adoption_candidate *candidate);

/* When all candidates were looked at: chooses a job, lets the create make one, or refuses the
 * create. details: of the
 * candidate that was asked for last; NULL if none was, or if the service did not show it. */
static void choose_job(struct submission *submission, const struct coc_details *details)
{
	struct adoption *adoption = submission->adoption;
	bool by_name = adoption_takes_by_name(submission);
	struct adoption_candidate *chosen = first_candidate(adoption, is_equal_and_remembered);

	if (!chosen)
		chosen = first_candidate(adoption, is_equal_and_moved);
	if (!chosen)
		chosen = first_candidate(adoption, is_equal);
	if (chosen && !chosen->is_remembered && !chosen->is_moved &&
	    count_candidates(adoption, is_equal) > 1) {
		refuse_choice(submission, " and content", is_equal);
		return;
	}
	if (!chosen && by_name && count_candidates(adoption, is_there) > 1) {
		refuse_choice(submission, "", is_there);
		return;
	}
	if (!chosen && by_name)
		chosen = first_candidate(adoption, is_there);
	if (!chosen && (find_bound(submission) || adoption->has_namesake))
		refuse_name(submission);
	else if (!chosen)
		make_or_refuse(submission);
	else if (details && chosen == adoption->shown)
		tell_outcome(submission, &(struct adoption_outcome){.kind = ADOPTION_TAKES,
								    .details = details});
	else
		show_candidate(submission, chosen); /* the update needs the job's newest version */
}

/* Asks for the text of the next candidate. If none is left, chooses a job (details as for
 * choose_job()). If one is left and ADOPTION_SHOWS_MAX were asked for, refuses the create. */
static void look_at_next(struct submission *submission, const struct coc_details *details)
{
	struct adoption *adoption = submission->adoption;
	struct adoption_candidate *next;
	int r = find_unseen(submission, &next);
	bool goes_on = r == 0 && next && adoption->shows < ADOPTION_SHOWS_MAX;

	if (r == 0 && !goes_on)
		r = mark_taken(submission);
	if (r < 0)
		tell_stop(submission, "the ledger cannot be read", r);
	else if (goes_on)
		show_candidate(submission, next);
	else if (next)
		refuse_choice(submission, ", too many to be compared,", is_unseen);
	else
		choose_job(submission, details);
}

/* Records whether a shown candidate has the text, the name and the project of the create. A name or
 * project that is not told counts as the same. If the candidate is the remembered job and has the
 * text, any name does. */
static void note_seen(const struct submission *submission, struct adoption_candidate *candidate,
		      const struct coc_details *details)
{
	candidate->is_equal = versions_match_text(submission, details);
	candidate->is_there =
		submission_is_in_project(submission, details->enterprise_project_id) &&
		(!details->name || (candidate->is_remembered && candidate->is_equal) ||
		 !strcmp(details->name, submission->record.attrs.value[ATTR_NAME]));
}

static void on_candidate_shown(void *data, const struct coc_answer *answer)
{
	struct submission *submission = data;
	struct adoption_candidate *candidate = submission->adoption->shown;
	const struct coc_details *details = answer->outcome == COC_DONE ? answer->details : NULL;

	submission->call = NULL;
	submission_note_request_id(submission, answer->request_id);
	outage_note(submission->engine, answer);
	CRASH_POINT("adoption-shown");
	/* No answer says nothing of the job. A refusal says that the job was deleted, or that the
	 * mount's keys may not see it: then this candidate is not there (is_there) */
	if (!details && !coc_answer_refuses(answer)) {
		tell_outcome(submission, &(struct adoption_outcome){.kind = ADOPTION_UNASKED,
								    .answer = answer});
		return;
	}
	candidate->is_seen = true;
	candidate->is_there = false;
	if (details)
		note_seen(submission, candidate, details);
	look_at_next(submission, details);
}

static void show_candidate(struct submission *submission, struct adoption_candidate *candidate)
{
	int64_t left_ms = submission_left_ms(submission);
	int r = -ETIMEDOUT;

	submission->adoption->shows++;
	submission->adoption->shown = candidate;
	if (left_ms > 0)
		r = submission_show(submission, candidate->id, 0, left_ms, on_candidate_shown);
	if (r < 0)
		tell_stop(submission, "the service cannot be asked for the jobs of this name", r);
}

void adoption_decide(struct submission *submission, const char *known_ids, bool partial,
		     adoption_done_fn *done)
{
	struct adoption *adoption = submission->adoption;
	int r;

	adoption->done = done;
	adoption->partial = partial;
	adoption->known_ids = strdup(known_ids);
	r = adoption->known_ids ? note_remembered(submission) : -ENOMEM;
	if (r == 0)
		look_at_next(submission, NULL);
	else
		tell_stop(submission, "the jobs of this name cannot be compared", r);
}
