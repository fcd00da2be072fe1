/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_ROWS_H
#define COCFS_SUBMIT_ROWS_H

#include "submit/state.h"

/* Finds the submissions in memory, by their rows in the ledger. */

/* Returns the current submission of a row: the one that is not behind another one. NULL: there is
 * none in memory. */
struct submission *engine_current(const struct engine *engine, int64_t row);

/* Returns the current submission that follows `after`, in no particular order. NULL for `after`:
 * returns the first. Returns NULL at the end. */
struct submission *engine_next(const struct engine *engine, const struct submission *after);

/* Makes a submission the current one of its row. The row must not have a current submission yet. */
void engine_put(struct submission *submission);

/* Takes a submission out of engine->by_row: its row has no current submission any more. Does not
 * free it. */
void engine_take_out(struct submission *submission);

/* Is the request of a twin under way: of another create of the same name and content? A job that is
 * found may be the twin's then. */
bool engine_has_twin(const struct engine *engine, const struct submission *submission);

/* Is this job bound to a path, or was it forgotten on demand? Also yes if a submission that ended
 * in this iteration has the job, and the ledger does not have that yet. Returns 1, 0 or -errno. */
int engine_is_bound(const struct engine *engine, const char *job_id);

/* If the power failed now: could the next mount find another create in doubt that would take this
 * submission's job? submission has ended with a job. */
bool engine_has_rival(const struct engine *engine, const struct submission *submission);

/* May another create than self have made this job, which has this name? Only a create counts whose
 * request is sent and has no answer, and that did not know the job before. self NULL: any create
 * counts. */
bool engine_may_have_made(const struct engine *engine, const struct submission *self,
			  const char *name, const char *job_id);

/* Is another create of the same name and project at work: asking its question, or later, up to its
 * end? */
bool engine_has_namesake(const struct submission *submission);

/* Is a create of this name in memory, from its intent on? Then a job of the name may be the one
 * that it makes. Blanks at the ends of a name do not count: services trim names. */
bool engine_makes_name(const struct engine *engine, const char *name);

/* Call this when a submission has ended without a job, or goes back to the queue. Notes, for
 * engine_has_rival(), that the disk may still say that its create is under way, until a sync has
 * ended. */
void engine_note_end(const struct submission *submission);

/* Is a submission of this row in memory: waiting, under way or in doubt? */
bool engine_has(const struct engine *engine, int64_t row);

/* Returns true if no submission of this row is queued, under way or in doubt. job: what the ledger
 * has of the row now. */
bool engine_is_idle(const struct engine *engine, const struct job_record *job);

/* Does the service hold this content and these attributes already, as far as the ledger knows? No
 * if a newer version was seen than the file's, or if the submission names another base. */
bool engine_is_held(const struct job_record *job, const struct ledger_submission *sub);

/* Returns the attributes of the newest submission of this row in memory. NULL if there is none, or
 * if that submission has ended or comes from the queue. Borrowed. */
const struct attr_set *engine_newest_attrs(const struct engine *engine, int64_t row);

/* Returns the attributes of the current submission of this row, or NULL if there is none.
 * Borrowed. */
const struct attr_set *engine_sent_attrs(const struct engine *engine, int64_t row);

/* Records that an attribute is no longer the file's own, in the submissions of this row. Returns 0
 * or -errno. */
int engine_disown(struct engine *engine, int64_t row, enum attr attr);

/* Returns how many unfinished submissions the ledger has that are not queued: under way, or in
 * doubt. */
unsigned engine_recorded(const struct engine *engine);

#endif
