/* SPDX-License-Identifier: MIT */
/*
 * The submissions in memory. For each row of the ledger one submission is current. One newer
 * submission of the row may stand behind it (->behind).
 */
#define _GNU_SOURCE
#include "submit/rows.h"

#include <string.h>

#include "job/origins.h"
#include "submit/name_list.h"
#include "submit/submission.h"

static struct submission **row_bucket(struct engine *engine, int64_t row)
{
	return &engine->by_row[(uint64_t)row % SUBMISSION_BUCKETS];
}

struct submission *engine_current(const struct engine *engine, int64_t row)
{
	struct submission *submission = engine->by_row[(uint64_t)row % SUBMISSION_BUCKETS];

	while (submission && submission->record.row != row)
		submission = submission->next_by_row;
	return submission;
}

struct submission *engine_next(const struct engine *engine, const struct submission *after)
{
	size_t i = 0;

	if (after && after->next_by_row)
		return after->next_by_row;
	if (after)
		i = (uint64_t)after->record.row % SUBMISSION_BUCKETS + 1;
	while (i < SUBMISSION_BUCKETS && !engine->by_row[i])
		i++;
	return i < SUBMISSION_BUCKETS ? engine->by_row[i] : NULL;
}

void engine_put(struct submission *submission)
{
	struct submission **at = row_bucket(submission->engine, submission->record.row);

	submission->is_current = true;
	submission->next_by_row = *at;
	*at = submission;
	submission->engine->n_current++;
}

void engine_take_out(struct submission *submission)
{
	struct submission **at = row_bucket(submission->engine, submission->record.row);

	while (*at && *at != submission)
		at = &(*at)->next_by_row;
	if (*at) {
		*at = submission->next_by_row;
		submission->engine->n_current--;
	}
	submission->is_current = false;
}

bool engine_has(const struct engine *engine, int64_t row)
{
	return engine_current(engine, row) != NULL;
}

bool engine_is_idle(const struct engine *engine, const struct job_record *job)
{
	return !job_state_is_unfinished(job->state) && !engine_has(engine, job->row);
}

const struct attr_set *engine_newest_attrs(const struct engine *engine, int64_t row)
{
	const struct submission *current = engine_current(engine, row);
	const struct submission *newest = current && current->behind ? current->behind : current;

	if (!newest || newest->record.queued || newest->stage == STAGE_ENDED)
		return NULL;
	return &newest->record.attrs;
}

const struct attr_set *engine_sent_attrs(const struct engine *engine, int64_t row)
{
	const struct submission *current = engine_current(engine, row);

	return current ? &current->record.attrs : NULL;
}

int engine_disown(struct engine *engine, int64_t row, enum attr attr)
{
	struct submission *submission = engine_current(engine, row);
	int r = submission && submission->record.id
			? ledger_disown_sent(engine->ledger, &submission->record, attr)
			: 0;

	for (; r == 0 && submission; submission = submission->behind)
		submission->record.attrs.explicit &= ~(1U << attr);
	return r;
}

static bool is_twin(const struct submission *other, const struct submission *submission)
{
	return other != submission && submission_is_create(other) &&
	       !memcmp(other->record.digest, submission->record.digest, CONTENT_DIGEST_SIZE) &&
	       !strcmp(other->record.attrs.value[ATTR_NAME],
		       submission->record.attrs.value[ATTR_NAME]);
}

/* Is another create of the same name and content at one of these stages (bits 1 << stage)? At
 * STAGE_ASKING it counts only if an earlier question of it was answered (known.number). */
static bool has_twin(const struct engine *engine, const struct submission *submission,
		     unsigned stages)
{
	const struct submission *other = NULL;

	/* no other submission is in memory: save the search through all buckets */
	if (engine->n_current == submission->is_current)
		return false;
	while ((other = engine_next(engine, other)))
		if (stages & 1U << other->stage && is_twin(other, submission) &&
		    (other->stage != STAGE_ASKING || other->record.known.number))
			return true;
	return false;
}

/* Is `other` a create of this name, and not self? */
static bool is_other_create(const struct submission *other, const struct submission *self,
			    const char *name)
{
	return other != self && submission_is_create(other) &&
	       attr_same(other->record.attrs.value[ATTR_NAME], name);
}

/* May the service have done the request of this submission, although its outcome is not known? Yes
 * if the request is sent and not answered. */
static bool may_be_done(const struct submission *submission)
{
	return submission->stage == STAGE_SENDING || submission->stage == STAGE_IN_DOUBT ||
	       (submission->stage == STAGE_ENDED && submission->outcome == OUTCOME_DOUBT);
}

bool engine_may_have_made(const struct engine *engine, const struct submission *self,
			  const char *name, const char *job_id)
{
	const struct submission *other = NULL;

	while ((other = engine_next(engine, other)))
		if (may_be_done(other) && is_other_create(other, self, name) &&
		    !known_has(&other->record.known, job_id))
			return true;
	return false;
}

bool engine_has_namesake(const struct submission *submission)
{
	const unsigned stages = 1U << STAGE_ASKING | 1U << STAGE_FRESH | 1U << STAGE_SYNCING |
				1U << STAGE_SENDING | 1U << STAGE_IN_DOUBT;
	const struct attr_set *attrs = &submission->record.attrs;
	const struct submission *other = NULL;

	while ((other = engine_next(submission->engine, other)))
		if (stages & 1U << other->stage &&
		    is_other_create(other, submission, attrs->value[ATTR_NAME]) &&
		    attr_same(other->record.attrs.value[ATTR_ENTERPRISE_PROJECT_ID],
			      attrs->value[ATTR_ENTERPRISE_PROJECT_ID]))
			return true;
	return false;
}

bool engine_makes_name(const struct engine *engine, const char *name)
{
	const struct submission *other = NULL;

	while ((other = engine_next(engine, other)))
		if (submission_is_create(other) &&
		    name_list_is_same(other->record.attrs.value[ATTR_NAME], name))
			return true;
	return false;
}

int engine_is_bound(const struct engine *engine, const char *job_id)
{
	const struct submission *other;

	/* the ledger does not have the outcomes of this iteration yet */
	TAILQ_FOREACH (other, &engine->iteration.ended, link) {
		if ((other->outcome == OUTCOME_SETTLED || other->is_there) && other->job_id &&
		    !strcmp(other->job_id, job_id))
			return 1;
	}
	return ledger_is_bound(engine->ledger, job_id);
}

bool engine_has_twin(const struct engine *engine, const struct submission *submission)
{
	return has_twin(engine, submission, 1U << STAGE_SENDING);
}

/*
 * After a loss of power the next mount puts a create in doubt if the disk has its known jobs
 * (recovery.c). Which creates of this mount can that be? Those that are sent, in doubt, or wait for
 * a sync; those that have ended while the disk does not have their end yet. And at STAGE_ASKING
 * those that had an answer to an earlier question. Known jobs that are recorded later become
 * durable in the same sync as this outcome, or after it.
 */
bool engine_has_rival(const struct engine *engine, const struct submission *submission)
{
	return submission_is_create(submission) &&
	       (engine->has_unsynced_ends || engine->has_syncing_ends ||
		has_twin(engine, submission,
			 1U << STAGE_ASKING | 1U << STAGE_SYNCING | 1U << STAGE_SENDING |
				 1U << STAGE_IN_DOUBT | 1U << STAGE_ENDED));
}

void engine_note_end(const struct submission *submission)
{
	if (submission_is_create(submission) && submission->record.id)
		submission->engine->has_unsynced_ends = true;
}

unsigned engine_recorded(const struct engine *engine)
{
	const struct submission *submission = NULL;
	unsigned n = 0;

	while ((submission = engine_next(engine, submission)))
		n += submission->record.id && !submission->deletion;
	return n;
}

bool engine_is_held(const struct job_record *job, const struct ledger_submission *sub)
{
	/* a newer version was seen, or another base is named: the service has to be asked */
	if (job->base != job->version || (sub->base && sub->base != job->base))
		return false;
	if (!job->job_id || !job->has_digest ||
	    memcmp(job->digest, sub->digest, CONTENT_DIGEST_SIZE))
		return false;
	return !origins_changed(&sub->attrs, job);
}
