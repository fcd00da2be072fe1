/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_SUBMISSION_H
#define COCFS_SUBMIT_SUBMISSION_H

#include <sys/queue.h>

#include "loop/loop.h"
#include "base/shares.h"
#include "submit/engine.h"
#include "submit/id_set.h"
#include "submit/metrics.h"
#include "submit/refusals.h"

/*
 * What the rooms of the engine share: engine.c (who waits for what), end_of_iteration.c (the end of
 * an iteration), group_sync.c (syncs that the loop does not wait for), send.c (a request's way),
 * question.c (what is asked before a create), queue.c (what is sent later), submission.c (how a
 * submission ends), lost_answer.c (asking what became of it), lost_deletion.c (the same for a
 * deletion). Nobody else includes this.
 */

struct waiter {
	struct submission *submission;
	int result; /* of what is recorded */
	engine_done_fn *done;
	void *data;
	int64_t begun_ms; /* on the loop's clock */
	LIST_ENTRY(waiter) link;
};
LIST_HEAD(waiter_list, waiter);

enum submission_stage {
	STAGE_BEHIND,  /* waits for an older submission of the same path */
	STAGE_WAITING, /* waits for a slot: in engine->waiting */
	STAGE_BEGUN,   /* a create: asked for when it is committed: engine->begun */
	STAGE_ASKING, /* the service is asked which jobs of the name it has; or the submission waits
			 to go on: submission_go_on_later() */
	STAGE_FRESH,  /* its intent becomes durable at the end of this iteration: in
			 engine->iteration.fresh */
	STAGE_SYNCING, /* its intent is recorded and becomes durable: in engine->held or ->synced */
	STAGE_SENDING, /* a request is under way, or is sent again after a 429 */
	STAGE_IN_DOUBT, /* the service is being asked what became of it */
	STAGE_ENDED,	/* its outcome is recorded and told at the end of this iteration:
			   engine->iteration.ended */
};

/* A submission in memory, from its commit to its end. */
struct submission {
	struct engine *engine;
	struct ledger_submission record;
	char *path;   /* when it was committed; for the log */
	char *job_id; /* of an update or a deletion, and of a job that was made */
	bool deletion;
	bool is_current; /* in engine->by_row */
	bool by_path;	 /* its row may be gone: its refusal is recorded by its path */
	enum submission_stage stage;
	TAILQ_ENTRY(submission) link;
	struct submission *next_by_row;
	size_t charged;		   /* of the memory of sub.user */
	struct submission *behind; /* the newer submission of the same path */
	struct waiter_list waiters;
	struct loop_timer timer; /* deadline while it waits; next try while it is under way */
	struct coc_call *call;
	struct question *question; /* at STAGE_ASKING, while it is asked */
	struct id_set listed;	   /* of a create: all jobs that the last question was told */
	int64_t version;	   /* before an update; after it has ended: now */
	int64_t deadline_ms;	   /* on the loop's clock */
	int64_t sent_ms;	   /* the same: when its request was sent last */

	enum submission_outcome outcome;
	struct err *err;  /* of an outcome that is none: owned */
	char *request_id; /* of the last answer, or NULL */

	int64_t next_try_ms; /* of OUTCOME_LATER: since the epoch */
	int64_t held_id;     /* of OUTCOME_HELD: what was queued by then has another content */

	/* while in doubt: lost_answer.c */
	struct lost_answer *lost;
	TAILQ_ENTRY(submission) lost_link;
	unsigned char gist[CONTENT_DIGEST_SIZE]; /* of the content of a create */
	bool has_gist;
	int64_t given_up_ms; /* on the loop's clock: when its request was given up */
	bool decided;	     /* by this round of asking: what was not found was not done */
	char *open_story; /* that cannot be decided, and why, as it was told; NULL: it may be yet */
};
TAILQ_HEAD(submission_list, submission);

/* The service as it was seen last: outage.c. Times are on the loop's clock. */
struct outage {
	int64_t failures;	    /* to reach it, in a row; 0: it is there */
	int64_t probe_ms;	    /* when the queue tries to reach it again */
	int64_t throttled_until_ms; /* it asked for patience until then */
};

/* How long to wait before the ledger is written again after it could not be. */
#define LEDGER_AGAIN_MS 1000

/* What waits for a sync: requests to be sent, outcomes to be told, writers to be answered. */
struct batch {
	struct submission_list fresh, ended;
	struct waiter_list promised;
};

#define SUBMISSION_BUCKETS 1024 /* as many as requests can be in flight at once */

struct engine {
	struct loop *loop;
	struct ledger *ledger;
	struct coc_service service;
	struct engine_options options;
	struct submission *by_row[SUBMISSION_BUCKETS]; /* the current submission of each row */
	struct submission_list waiting, begun;
	struct batch iteration;		 /* what this iteration has brought, until its end */
	struct waiter_list recorded;	 /* who is told when this iteration is committed */
	struct loop_timer again;	 /* wakes the loop when the ledger could not be written */
	struct sync_thread *sync_thread; /* NULL: the loop itself waits for each sync */
	bool syncing; /* it is at work, for what is in synced; what came since is in held */
	struct batch held, synced;
	unsigned in_flight, under_way, in_doubt;
	struct shares memory; /* of the submissions that users wait for */
	struct metrics metrics;
	struct outage outage;
	LIST_HEAD(, lost_answer) lost_answers; /* lost_answer.c */
	unsigned n_asking;		       /* of them, those that ask the service now */
	TAILQ_HEAD(, lost_answer) waiting_to_ask;
	struct refusals refusals;

	/* submit=queue: queue.c */
	bool queue_may_have_next;    /* something may be sent that could not be before */
	bool queue_is_empty;	     /* surely nothing in the ledger waits to be sent */
	struct loop_timer queue_due; /* when the next try of something is */
	unsigned queued_in_flight;
	bool quiet; /* the mount ends: nothing more is taken from the queue */
};

/* Milliseconds since the epoch. */
static inline int64_t engine_realtime_ms(const struct engine *engine)
{
	return engine->options.sources.realtime_ms(engine->options.sources.data);
}

/* Milliseconds of the loop's clock, as it is now. */
static inline int64_t engine_monotonic_ms(const struct engine *engine)
{
	return engine->options.sources.monotonic_ms(engine->options.sources.data);
}

/* Gives a call up; see coc_call_cancel(). */
static inline void engine_cancel_call(const struct engine *engine, struct coc_call *call)
{
	engine->service.ops->cancel(engine->service.data, call);
}

/* ---- engine.c ---- */

/* The current submission of a row, or NULL. */
struct submission *engine_current(const struct engine *engine, int64_t row);

/* Makes a submission the current one of its row, which has none. */
void engine_put(struct submission *submission);

/* The row has no current submission any more. */
void engine_take_out(struct submission *submission);

/* Is another create of the same name and content under way, whose job may not be taken for ours? */
bool engine_has_twin(const struct engine *engine, const struct submission *submission);

/* Is a job bound to a path, or was it and is forgotten on demand? Knows what was settled and is not
 * recorded yet, too. 1, 0 or -errno. */
int engine_is_bound(const struct engine *engine, const char *job_id);

/* Would there be, if the power went now, another create in doubt that the job could be taken
 * for? */
bool engine_has_rival(const struct engine *engine, const struct submission *submission);

/* Makes a waiter that is in no list yet. NULL when out of memory. */
struct waiter *waiter_create(const struct engine *engine, engine_done_fn *done, void *data);

/* Drops all waiters of a list. */
void waiters_drop(struct waiter_list *waiters);

/* Answers a waiter, which it takes. is_commit: how long it took is counted. */
void waiter_answer(struct engine *engine, struct waiter *take_waiter, int result, bool is_commit);

/* ---- send.c ---- */

/* Takes the current submission of its row on its way: at once, or when a slot comes free. known is
 * what the ledger knows of the row; NULL: it is looked up. Returns 0, also when it ended already;
 * -errno when it was put back into the queue. */
int submission_start(struct submission *submission, const struct ledger_job *known);

/* What was recorded of a queued submission could not be made durable. After LEDGER_AGAIN_MS it goes
 * on if its intent is recorded (a create asks for the jobs of its name again), else it is put back
 * into the queue. It has no slot until then. */
void submission_go_on_later(struct submission *submission);

/* Asks for creates that were begun and are committed; the list is empty then. */
void submission_ask_all(struct submission_list *begun);

/* What came of the question before a create; all borrowed. */
struct question_answer {
	const char *ids; /* of the known jobs, each with a line feed at its end */
	bool partial;	 /* there may be others */
	int errnum;	 /* the service could not be asked, a positive errno; 0: it was */
	const struct coc_answer *failed; /* that said so; NULL: it is our own error */
};

/* Takes the answer to the question of a submission: its intent is recorded, and sent when that is
 * durable. */
void submission_take_answer(struct submission *submission, const struct question_answer *answer);

/* Has the request of a submission sent in the loop's next iteration, by which its intent has to be
 * durable. */
void submission_send(struct submission *submission);

/* Takes that back in the same iteration. */
void submission_take_back(struct submission *submission);

/* The submission waited too long for its turn (a timer's callback). */
void submission_expire(void *data);

/* Ends a submission that is not done now: if it is queued it is tried again, not before wait_ms
 * have passed; else it failed. */
void submission_later(struct submission *submission, const struct err *err, int64_t wait_ms);

/* ---- lost_deletion.c ---- */

/* Takes a deletion that may have been done, err says why nobody knows: asks the service, and ends
 * it. */
void lost_deletion_ask(struct submission *submission, const struct err *err);

/* ---- queue.c ---- */

/* Has the queue looked at in the first iteration. */
void queue_begin(struct engine *engine);

/* Takes from the queue what there are slots for. */
void queue_fill_slots(struct engine *engine);

/* The ledger could not be written for a submission that was taken from the queue: there it is as it
 * was. It is taken up again a little later. */
void queue_put_back(struct submission *submission);

/* Answers who was promised that the batch would be durable: r is what became of it. */
void queue_keep_promises(struct engine *engine, struct batch *batch, int r);

/* ---- group_sync.c ---- */

/* Makes a batch empty. */
void batch_init(struct batch *batch);

/* Moves all of a batch behind what is in another. */
void batch_move(struct batch *from, struct batch *to);

/* Prepares the batches, and for syncs apart from the loop: without these it is as good, and
 * slower. */
void group_sync_init(struct engine *engine);

/* Ends that, and frees what is in the batches alone. */
void group_sync_finish(struct engine *engine);

/* Would a sync apart let others go on meanwhile? Then an iteration is committed without one and
 * held. */
bool group_sync_is_apart(const struct engine *engine);

/* Makes durable what this iteration has recorded and committed, and releases it. -errno: it is this
 * iteration's still. */
int group_sync_release(struct engine *engine);

/* Holds what this iteration has recorded and committed until a later sync has ended. */
void group_sync_hold(struct engine *engine);

/* Begins the next sync, if something waits for one and none is under way. */
void group_sync_go_on(struct engine *engine);

/* Does something wait for a sync? */
bool group_sync_is_awaited(const struct engine *engine);

/* ---- end_of_iteration.c ---- */

/* Sends and tells what is recorded and durable; the batch is empty then. */
void iteration_release(struct engine *engine, struct batch *batch);

/* This iteration could not be made durable: nothing of it is sent, and who waits is told. */
void iteration_fail(struct engine *engine, int r);

/* ---- outage.c ---- */

/* Takes note of an answer of the service, or that there was none. */
void outage_note(struct engine *engine, const struct coc_answer *answer);

/* The service is there: everything goes on. */
void outage_end(struct engine *engine);

/* How long the queue stands still from now, by what was noted. During an outage it then sends one
 * at a time until an answer comes. */
int64_t outage_wait_ms(const struct engine *engine);

/* How long to wait after so many failures: at random up to 1 s, doubled with each, at most 5
 * min. */
int64_t backoff_ms(const struct engine *engine, int64_t failures);

/* How long the service wants to be left alone: its Retry-After, or (negative) 2 to 5 s. */
int64_t patience_ms(const struct engine *engine, int64_t retry_after_ms);

/* ---- submission.c ---- */

/* Makes a submission; takes what the submission owns, also on failure. NULL when out of memory. */
/* The same, and its memory counts as its user's. -EAGAIN: the user has as much as is left for
 * everybody; -ENOMEM. */
int submission_create_charged(struct engine *engine, struct ledger_submission *take_submission,
			      const char *path, struct submission **ret_submission);

struct submission *submission_create(struct engine *engine,
				     struct ledger_submission *take_submission, const char *path);

/* Frees a submission that is in no list; who still waits is not told. NULL is accepted. */
void submission_destroy(struct submission *submission);

/* Ends a submission well: job_id and version are what the service holds now. */
void submission_settle(struct submission *submission, enum submission_outcome outcome,
		       const char *job_id, int64_t version);

/* Ends a submission otherwise; err is copied. */
void submission_fail(struct submission *submission, enum submission_outcome outcome,
		     const struct err *err);

/* Records the outcome of an ended submission in the ledger. Returns 0; 1: it has to be durable
 * before it is told; -errno. */
int submission_record(struct submission *submission);

/* Keeps the request ID of an answer for coc.request_id and the log; "" keeps the one before. */
void submission_note_request_id(struct submission *submission, const char *request_id);

/* ---- lost_answer.c ---- */

/* Takes a submission whose request was given up without an answer: starts asking. */
void lost_answer_begin(struct submission *submission);

/* Somebody waits for this path: asks soon. */
void lost_answer_hurry(struct submission *submission);

/* Those who could not be asked for ask soon: the service is there. */
void lost_answer_hurry_unanswered(struct engine *engine);

/* The submission is not in doubt any more. */
void lost_answer_finish(struct submission *submission);

/* Can a person end the doubt of a submission? It stays open, and its request is under way no
 * more. */
bool lost_answer_may_be_ended(const struct submission *submission);

#endif
