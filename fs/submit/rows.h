/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_ROWS_H
#define COCFS_SUBMIT_ROWS_H

#include "submit/state.h"

/* Which submissions there are in memory, by the rows of the ledger. */

/* The current submission of a row, or NULL. */
struct submission *engine_current(const struct engine *engine, int64_t row);

/* The current submission after one, in no order; NULL: the first, or there is none behind. */
struct submission *engine_next(const struct engine *engine, const struct submission *after);

/* Makes a submission the current one of its row, which has none. */
void engine_put(struct submission *submission);

/* The row has no current submission any more. */
void engine_take_out(struct submission *submission);

/* Is another create of the same name and content under way, whose job may not be taken for ours? */
bool engine_has_twin(const struct engine *engine, const struct submission *submission);

/* Is a job bound to a path, or was it and is forgotten on demand? Knows what was settled and is not
 * recorded yet, too. 1, 0 or -errno. */
int engine_is_bound(const struct engine *engine, const char *job_id);

/* If the power went now: would another create be in doubt that could take this submission's job? */
bool engine_has_rival(const struct engine *engine, const struct submission *submission);

/* May a job of this name be one that a create has made, other than self (may be NULL), and whose
 * answer has not come? */
bool engine_may_have_made(const struct engine *engine, const struct submission *self,
			  const char *name, const char *job_id);

/* Is another create of the same name and project on its way? */
bool engine_has_namesake(const struct submission *submission);

/* Is a create of a name under way, or in doubt, so that a job of the name may be its? Blanks at the
 * ends of a name do not count: services trim names. */
bool engine_makes_name(const struct engine *engine, const char *name);

/* A submission has ended without a job, or goes back to the queue. Until a sync has made that
 * durable, the disk may say that its create is under way. */
void engine_note_end(const struct submission *submission);

/* Is a submission of this row under way (or in doubt)? */
bool engine_has(const struct engine *engine, int64_t row);

/* Is nothing of a job queued, under way or in doubt? job: what the ledger knows of it now. */
bool engine_is_idle(const struct engine *engine, const struct job_record *job);

/* Does the service hold what the submission says, by what the ledger knows? */
bool engine_is_held(const struct job_record *job, const struct ledger_submission *sub);

/* The attributes of the submission of this row that was taken last and has not ended. NULL: there
 * is none, or it is from the queue. */
const struct attr_set *engine_newest_attrs(const struct engine *engine, int64_t row);

/* The attributes of what is under way or in doubt for this row, or NULL. */
const struct attr_set *engine_sent_attrs(const struct engine *engine, int64_t row);

/* An attribute of what is under way for this row is the file's own no longer. 0 or -errno. */
int engine_disown(struct engine *engine, int64_t row, enum attr attr);

/* Unfinished submissions that the ledger has and that are not queued: under way, or in doubt. */
unsigned engine_recorded(const struct engine *engine);

#endif
