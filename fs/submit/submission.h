/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_SUBMISSION_H
#define COCFS_SUBMIT_SUBMISSION_H

#include <sys/queue.h>

#include "loop/loop.h"
#include "base/shares.h"
#include "submit/engine.h"
#include "submit/metrics.h"
#include "submit/refusals.h"

/*
 * What the rooms of the engine share: engine.c (who waits for what), turn.c (the end of a turn),
 * durable.c (syncs that the loop does not wait for), send.c (a request's way), question.c (what is asked
 * before a create), queue.c (what is sent later), task.c (how a submission ends), doubt.c (asking what
 * became of it), lost_deletion.c (the same for a deletion). Nobody else includes this.
 */

struct ticket {
	struct task *task;
	int result; /* of what is recorded */
	engine_done_fn *done;
	void *data;
	int64_t begun_ms; /* on the loop's clock */
	LIST_ENTRY(ticket) link;
};
LIST_HEAD(ticket_list, ticket);

enum task_place {
	PLACE_BEHIND,  /* waits for an older submission of the same path */
	PLACE_WAITING, /* waits for a slot: in engine->waiting */
	PLACE_BEGUN,   /* a create: asked for when it is committed: engine->begun */
	PLACE_ASKING,  /* the service is asked which jobs of the name it has, or is to be again */
	PLACE_FRESH, /* its intent becomes durable at the end of this turn: in engine->turn.fresh */
	PLACE_SYNCING, /* its intent is recorded and becomes durable: in engine->held or ->synced */
	PLACE_SENDING, /* a request is under way, or is sent again after a 429 */
	PLACE_DOUBT,   /* the service is being asked what became of it */
	PLACE_ENDED, /* its outcome is recorded and told at the end of this turn: engine->turn.ended */
};

/* A submission in memory, from its commit to its end. */
struct task {
	struct engine *engine;
	struct ledger_submission sub;
	char *path;   /* when it was committed; for the log */
	char *job_id; /* of an update or a deletion, and of a job that was made */
	bool deletion;
	bool is_current; /* in engine->by_row */
	bool by_path;	 /* its row may be gone: its refusal is recorded by its path */
	enum task_place place;
	TAILQ_ENTRY(task) link;
	struct task *next_by_row;
	size_t charged;	     /* of the memory of sub.user */
	struct task *behind; /* the newer submission of the same path */
	struct ticket_list tickets;
	struct loop_timer timer; /* deadline while it waits; next try while it is under way */
	struct coc_call *call;
	struct question *question; /* at PLACE_ASKING, while it is asked */
	int64_t version;     /* before an update; after it has ended: now */
	int64_t deadline_ms; /* on the loop's clock */
	int64_t sent_ms;     /* the same: when its request was sent last */

	enum task_outcome outcome;
	struct err *err;  /* of an outcome that is none: owned */
	char *request_id; /* of the last answer, or NULL */

	int64_t next_try_ms; /* of OUTCOME_LATER: since the epoch */

	/* while in doubt: doubt.c */
	struct inquiry *inquiry;
	TAILQ_ENTRY(task) inquiry_link;
	int64_t given_up_ms; /* on the loop's clock: when its request was given up */
	bool decided;	     /* by this round of asking: what was not found was not done */
	char *open_story;    /* that cannot be decided, and why, as it was told; NULL: it may be yet */
};
TAILQ_HEAD(task_list, task);

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
	struct task_list fresh, ended;
	struct ticket_list promised;
};

#define TASK_BUCKETS 1024 /* as many as requests can be in flight at once */

struct engine {
	struct loop *loop;
	struct ledger *ledger;
	struct coc_client *client;
	struct engine_options options;
	struct task *by_row[TASK_BUCKETS]; /* the current task of each row */
	struct task_list waiting, begun;
	struct batch turn;	     /* what this turn has brought, until its end */
	struct ticket_list recorded; /* who is told when this turn is committed */
	struct loop_timer again;     /* wakes the loop when the ledger could not be written */
	struct syncer *syncer;	     /* NULL: the loop itself waits for each sync */
	bool syncing; /* it is at work, for what is in synced; what came since is in held */
	struct batch held, synced;
	unsigned in_flight, under_way, in_doubt;
	struct shares memory; /* of the submissions that users wait for */
	struct metrics metrics;
	struct outage outage;
	LIST_HEAD(, inquiry) inquiries; /* doubt.c */
	unsigned n_asking;		/* of them, those that ask the service now */
	TAILQ_HEAD(, inquiry) waiting_to_ask;
	struct refusals refusals;

	/* submit=queue: queue.c */
	bool queue_may_have_next;    /* something may be sent that could not be before */
	bool queue_is_empty;	     /* surely nothing in the ledger waits to be sent */
	struct loop_timer queue_due; /* when the next try of something is */
	unsigned queued_in_flight;
	bool quiet; /* the mount ends: nothing more is taken from the queue */
};

/* ---- engine.c ---- */

/* The current task of a row, or NULL. */
struct task *engine_current(const struct engine *engine, int64_t row);

/* Makes a task the current one of its row, which has none. */
void engine_put(struct task *task);

/* The row has no current task any more. */
void engine_take_out(struct task *task);

/* Is another create of the same name and content under way, whose job may not be taken for ours? */
bool engine_has_twin(const struct engine *engine, const struct task *task);

/* Is a job bound to a path, or was it and is forgotten on demand? Knows what was settled and is not
 * recorded yet, too. 1, 0 or -errno. */
int engine_is_bound(const struct engine *engine, const char *job_id);

/* Would there be, if the power went now, another create in doubt that the job could be taken for? */
bool engine_has_rival(const struct engine *engine, const struct task *task);

/* Makes a ticket that is in no list yet. NULL when out of memory. */
struct ticket *ticket_create(const struct engine *engine, engine_done_fn *done, void *data);

/* Drops all tickets of a list. */
void tickets_drop(struct ticket_list *tickets);

/* Answers a ticket, which it takes. is_commit: how long it took is counted. */
void ticket_answer(struct engine *engine, struct ticket *take_ticket, int result, bool is_commit);

/* ---- send.c ---- */

/* Takes the current task of its row on its way: at once, or when a slot comes free. known is what the
 * ledger knows of the row; NULL: it is looked up. Returns 0, also when it ended already; -errno when it
 * was put back into the queue. */
int task_start(struct task *task, const struct ledger_job *known);

/* Asks for the jobs of a create's name again after LEDGER_AGAIN_MS: its intent is committed, and what it
 * heard could not be recorded. It has no slot until then. */
void task_ask_later(struct task *task);

/* Asks for creates that were begun and are committed; the list is empty then. */
void task_ask_all(struct task_list *begun);

/* What came of the question before a create; all borrowed. */
struct question_answer {
	const char *ids; /* of the known jobs, each with a line feed at its end */
	bool partial;	 /* there may be others */
	int errnum;	 /* the service could not be asked, a positive errno; 0: it was */
	const struct coc_answer *failed; /* that said so; NULL: it is our own error */
};

/* Takes the answer to the question of a task: its intent is recorded, and sent when that is durable. */
void task_take_answer(struct task *task, const struct question_answer *answer);

/* Has the request of a task sent in the loop's next turn, by which its intent has to be durable. */
void task_send(struct task *task);

/* Takes that back in the same turn. */
void task_take_back(struct task *task);

/* The task waited too long for its turn (a timer's callback). */
void task_expire(void *task);

/* Ends a task that is not done now: if it is queued it is tried again, not before wait_ms have
 * passed; else it failed. */
void task_later(struct task *task, const struct err *err, int64_t wait_ms);

/* ---- lost_deletion.c ---- */

/* Takes a deletion that may have been done, err says why nobody knows: asks the service, and ends it. */
void lost_deletion_ask(struct task *task, const struct err *err);

/* ---- queue.c ---- */

/* Has the queue looked at in the first turn. */
void queue_begin(struct engine *engine);

/* Takes from the queue what there are slots for. */
void queue_fill_slots(struct engine *engine);

/* The ledger could not be written for a task that was taken from the queue: there it is as it was.
 * It is taken up again a little later. */
void queue_put_back(struct task *task);

/* Answers who was promised that the batch would be durable: r is what became of it. */
void queue_keep_promises(struct engine *engine, struct batch *batch, int r);

/* ---- durable.c ---- */

/* Makes a batch empty. */
void batch_init(struct batch *batch);

/* Moves all of a batch behind what is in another. */
void batch_move(struct batch *from, struct batch *to);

/* Prepares the batches, and for syncs apart from the loop: without these it is as good, and slower. */
void durable_init(struct engine *engine);

/* Ends that, and frees what is in the batches alone. */
void durable_finish(struct engine *engine);

/* Would a sync apart let others go on meanwhile? Then a turn is committed without one and held. */
bool durable_is_apart(const struct engine *engine);

/* Makes durable what this turn has recorded and committed, and releases it. -errno: it is this turn's
 * still. */
int durable_release(struct engine *engine);

/* Holds what this turn has recorded and committed until a later sync has ended. */
void durable_hold(struct engine *engine);

/* Begins the next sync, if something waits for one and none is under way. */
void durable_go_on(struct engine *engine);

/* Does something wait for a sync? */
bool durable_is_awaited(const struct engine *engine);

/* ---- turn.c ---- */

/* Sends and tells what is recorded and durable; the batch is empty then. */
void turn_release(struct engine *engine, struct batch *batch);

/* This turn could not be made durable: nothing of it is sent, and who waits is told. */
void turn_fail(struct engine *engine, int r);

/* ---- outage.c ---- */

/* Takes note of an answer of the service, or that there was none. */
void outage_note(struct engine *engine, const struct coc_answer *answer);

/* The service is there: everything goes on. */
void outage_end(struct engine *engine);

/* How long the queue stands still from now, by what was noted. During an outage it then sends one
 * at a time until an answer comes. */
int64_t outage_wait_ms(const struct engine *engine);

/* How long to wait after so many failures: at random up to 1 s, doubled with each, at most 5 min. */
int64_t backoff_ms(int64_t failures);

/* How long the service wants to be left alone: its Retry-After, or (negative) 2 to 5 s. */
int64_t patience_ms(int64_t retry_after_ms);

/* ---- task.c ---- */

/* Makes a task; takes what the submission owns, also on failure. NULL when out of memory. */
/* The same, and its memory counts as its user's. -EAGAIN: the user has as much as is left for everybody;
 * -ENOMEM. */
int task_create_charged(struct engine *engine, struct ledger_submission *take_submission,
			const char *path, struct task **ret_task);

struct task *task_create(struct engine *engine, struct ledger_submission *take_submission,
			 const char *path);

/* Frees a task that is in no list; who still waits is not told. NULL is accepted. */
void task_destroy(struct task *task);

/* Ends a task well: job_id and version are what the service holds now. */
void task_settle(struct task *task, enum task_outcome outcome, const char *job_id, int64_t version);

/* Ends a task otherwise; err is copied. */
void task_fail(struct task *task, enum task_outcome outcome, const struct err *err);

/* Records the outcome of an ended task in the ledger. Returns 0 or -errno. */
int task_record(struct task *task);

/* Keeps the request ID of an answer for coc.request_id and the log; "" keeps the one before. */
void task_note_request_id(struct task *task, const char *request_id);

/* ---- doubt.c ---- */

/* Takes a task whose request was given up without an answer: starts asking. */
void doubt_begin(struct task *task);

/* Somebody waits for this path: asks soon. */
void doubt_hurry(struct task *task);

/* Those who could not be asked for ask soon: the service is there. */
void doubt_hurry_unanswered(struct engine *engine);

/* The task is not in doubt any more. */
void doubt_finish(struct task *task);

/* Can a person end the doubt of a task? It stays open, and its request is under way no more. */
bool doubt_may_be_ended(const struct task *task);

#endif
