/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_ENGINE_H
#define COCFS_SUBMIT_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "coc/ops.h"
#include "ledger/ledger.h"
#include "submit/sources.h"

/*
 * The engine: takes what is to be submitted, makes the intent durable, sends it, and settles what
 * became of it; see the essay in engine.c. It lives in the loop's thread and never blocks on the
 * network.
 */
struct loop;
struct engine;
struct waiter; /* somebody who waits for a submission's outcome */

struct engine_options {
	int64_t timeout_ms;	       /* from a commit to its answer */
	unsigned inflight_max;	       /* requests under way at once; others wait their turn */
	unsigned queued_inflight_max;  /* of these, at most so many are sent from the queue */
	bool one_user;		       /* all submissions are of the same user */
	struct engine_sources sources; /* of time and chance; all zeros: the system's */
};

/* Tells the outcome: 0 or a negative errno. Called once, at the end of an iteration. */
typedef void engine_done_fn(void *data, int result);

/* loop, ledger and what service holds must outlive the engine. Returns 0 and an owned engine, or
 * -ENOMEM. */
int engine_create(struct loop *loop, struct ledger *ledger, struct coc_service service,
		  const struct engine_options *options, struct engine **ret_engine);

/* Forgets what is in memory; the ledger keeps what is unfinished. NULL is accepted. */
void engine_destroy(struct engine *engine);

/* Takes up what an earlier mount left unfinished. Returns 0 or -errno. */
int engine_recover(struct engine *engine);

/*
 * Submits content for a path whose row is submission->row: a create, or an update of the job that
 * it is bound to by then. job is what the ledger knows of it now; path is for the log. Takes what
 * submission owns, also on failure. A submission of the same path that is under way is waited for;
 * the same content joins it, and other content takes the place of what waited there. Returns 0 and
 * a waiter that is valid until done is called (later, never from within) or waiter_drop(); -errno
 * with err filled. -EAGAIN: the user has as many under way as are left for everybody.
 */
int engine_submit(struct engine *engine, struct ledger_submission *take_submission,
		  const struct job_record *job, const char *path, engine_done_fn *done, void *data,
		  struct waiter **ret_waiter, struct err *err);

/*
 * Queues content for a path: done is called when it is durable here, and it is sent when its turn
 * comes, again and again until the service has answered yes or a no that will not change. It takes
 * the place of what was queued for the path and not sent yet. Otherwise as engine_submit(); a
 * waiter of NULL: there was nothing to be made durable.
 */
int engine_enqueue(struct engine *engine, struct ledger_submission *take_submission,
		   const struct job_record *job, const char *path, engine_done_fn *done, void *data,
		   struct waiter **ret_waiter, struct err *err);

/* What is queued is tried at once: the reason for its waiting may be gone (new credentials). */
void engine_hasten(struct engine *engine);

/* When the queue goes on that stands still since the service is away or asked for patience;
 * milliseconds since the epoch, 0: it does not stand still. */
int64_t engine_queue_resumes_ms(const struct engine *engine);

/* From here on nothing is sent from the queue: the mount ends. */
void engine_quiesce(struct engine *engine);

/*
 * Deletes a job on the service, and on success the row. job: what the ledger knows of it now, with
 * a job ID. -EBUSY: it is not idle. Otherwise as engine_submit().
 */
int engine_delete(struct engine *engine, const struct job_record *job, const char *path, uid_t user,
		  engine_done_fn *done, void *data, struct waiter **ret_waiter, struct err *err);

/*
 * Has done called with a result as soon as what this iteration has recorded is committed, so that
 * what somebody was told is still so after a crash. If that fails, done gets the result, or why it
 * failed if the result is 0. Returns a waiter as engine_submit() does, or NULL when out of memory.
 */
struct waiter *engine_tell_recorded(struct engine *engine, int result, engine_done_fn *done,
				    void *data);

/*
 * Ends the doubt of a create on demand: it counts as not done. 0; -EBUSY: something is under way
 * that may still be decided; -ENODATA: nothing is under way.
 */
int engine_end_doubt(struct engine *engine, int64_t row);

/* Stops waiting: done is not called. What is under way goes on. */
void waiter_drop(struct waiter *waiter);

/* Does the service hold what the submission says, by what the ledger knows? */
bool engine_is_held(const struct job_record *job, const struct ledger_submission *sub);

/* Is a submission of this row under way (or in doubt)? */
bool engine_has(const struct engine *engine, int64_t row);

/* Is nothing of a job queued, under way or in doubt? job: what the ledger knows of it now. */
bool engine_is_idle(const struct engine *engine, const struct job_record *job);

/* The attributes of the submission of this row that was taken last and has not ended, if it is in
 * memory only or being sent and not from the queue; else NULL. */
const struct attr_set *engine_newest_attrs(const struct engine *engine, int64_t row);

/* The attributes of what is under way or in doubt for this row, or NULL. */
const struct attr_set *engine_sent_attrs(const struct engine *engine, int64_t row);

/* An attribute of what is under way for this row is the file's own no longer. 0 or -errno. */
int engine_disown(struct engine *engine, int64_t row, enum attr attr);

/* The story of the newest refusal of a path that the ledger could not record, borrowed, and whose
 * it is; NULL: there is none. (refusals.c) */
const char *engine_unrecorded_story(const struct engine *engine, const char *path,
				    struct holding *ret_holding);

/* Counts a commit that was refused before it came here. */
void engine_count_refusal(struct engine *engine);

/* Unfinished submissions that the ledger has and that are not queued: under way, or in doubt. */
unsigned engine_recorded(const struct engine *engine);

/* Appends what was counted, and what is true now, as text for .coc/metrics. queued: what the ledger
 * has counted. 0 or -ENOMEM. */
int engine_write_metrics(const struct engine *engine, int64_t queued, struct buf *text);

/* Submissions under way that somebody may wait for (those in doubt are not counted). */
unsigned engine_under_way(const struct engine *engine);

/* The end of an iteration: what was recorded becomes durable, then it is sent, then answers are
 * given. */
void engine_iteration_end(struct engine *engine);

#endif
