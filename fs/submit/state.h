/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_STATE_H
#define COCFS_SUBMIT_STATE_H

#include <sys/queue.h>

#include "loop/loop.h"
#include "base/shares.h"
#include "submit/changes.h"
#include "submit/engine.h"
#include "submit/id_set.h"
#include "submit/metrics.h"
#include "submit/refusals.h"

/*
 * What the files of the engine share: its submissions and its lists. Each file declares its own
 * functions in a header of its name. Callbacks add to the lists here; the end of the iteration
 * (end_of_iteration.c) takes everything up from there.
 */

struct waiter {
	struct submission *submission;
	/* result of the change that the waiter waits for; for a waiter in engine->recorded */
	int result;
	submit_done_fn *done;
	void *data;
	int64_t begun_ms; /* when the wait began, on the loop's clock */
	bool is_inner;	  /* the engine itself waits, and no program */
	LIST_ENTRY(waiter) link;
};
LIST_HEAD(waiter_list, waiter);

enum submission_stage {
	STAGE_BEHIND,  /* waits for an older submission of the same path */
	STAGE_WAITING, /* in engine->waiting: waits for a slot, or for the check of the ledger */
	/* waits for the commit of its intent, in engine->begun; then the question is asked */
	STAGE_BEGUN,
	/* the question is under way: for the jobs of the name, or the newest version; or the
	 * submission waits: submission_go_on_later() */
	STAGE_ASKING,
	/* in engine->iteration.fresh: its intent is committed at the end of this iteration, and
	 * is durable then or after STAGE_SYNCING */
	STAGE_FRESH,
	STAGE_SYNCING, /* its intent waits for a sync, in engine->held or ->synced */
	/* its request is under way, or is repeated because the service did not process it */
	STAGE_SENDING,
	/* its answer was lost, or another copy may have sent it (-o rebind): the service is asked
	 * what became of it */
	STAGE_IN_DOUBT,
	/* its outcome is recorded and answered at the end of this iteration, in
	 * engine->iteration.ended */
	STAGE_ENDED,
};

/* The search for the version that an update has made (version_search.c). */
struct version_search {
	void (*done)(struct submission *submission, const struct coc_answer *failed);
	int64_t timeout_ms;
	int64_t next;	/* the version that is looked at now */
	int64_t newest; /* the newest version; 0: not known yet */
	int64_t ours;	/* the version that has what was sent; 0: none found */
	bool is_unsure; /* one of the versions that were looked at could not be seen */
	char *author;	/* author of the newest version; owned, or NULL */
	int64_t time_ms;
};

/* A submission in memory, from its commit to its end. */
struct submission {
	struct engine *engine;
	struct ledger_submission record;
	char *path;   /* at the commit; for the log */
	char *job_id; /* the job of an update or a deletion; of a create once the job is made */
	bool deletion;
	bool is_current; /* the submission is in engine->by_row */
	bool by_path;	 /* its row may be gone: record its refusal by its path */
	enum submission_stage stage;
	TAILQ_ENTRY(submission) link;
	struct submission *next_by_row;
	size_t charged;		   /* bytes of engine->memory that count as the user's */
	struct submission *behind; /* the newer submission of the same path, or NULL */
	struct waiter_list waiters;
	/* a waiting submission: the deadline; under way: the next try; in doubt: the next try to
	 * join a lost answer, for which there was no memory */
	struct loop_timer timer;
	struct coc_call *call;
	struct question *question; /* at STAGE_ASKING, while the question is asked */
	/* for a create that may take a job, at STAGE_ASKING (adoption.c) */
	struct adoption *adoption;
	/* after a create, during the second look (second_look.c) */
	struct second_look *second_look;
	/* a create was done: its second look has to begin before its waiters are answered
	 * (second_look.c) */
	bool looks_again;
	struct id_set listed; /* for a create: all jobs that the last question has listed */
	/* before an update: what is recorded; after its end: what the service has */
	struct job_versions versions;
	int64_t deadline_ms; /* when the submission has to be answered, on the loop's clock */
	int64_t sent_ms;     /* on the loop's clock: when the request was sent last */

	enum submission_outcome outcome;
	struct err *err;  /* the error of an outcome that is no success; owned */
	char *request_id; /* request ID of the last answer, or NULL */

	/* ---- of an update or a deletion: base_check.c ---- */
	/* attributes that were changed here since they were sent: bits 1 << attr */
	unsigned changed;
	unsigned told; /* attributes that the service has shown since the update: bits 1 << attr */
	unsigned char base_digest[CONTENT_DIGEST_SIZE];
	bool has_base_digest;
	/* a base is named, but the committed text is that of this older version; or 0 */
	int64_t text_version;
	bool is_base_newer; /* a base is named that is newer than the text that the file had */
	struct version_search search;
	struct buf notice; /* for OUTCOME_SETTLED: warnings for the file */
	bool is_there;	/* for OUTCOME_HELD: the service itself has shown that it has the content */
	bool is_unseen; /* for a deletion: the service shows no such job to these keys */
	/* for OUTCOME_FAILED: the job is there, and one of its versions or the named base forbids
	 * the request */
	bool is_conflict;
	int64_t seen;	 /* for OUTCOME_FAILED: the newest version; 0: not seen */
	bool is_adopted; /* was a create, and took an existing job */
	bool must_last;	 /* the outcome must be durable before it is answered as a success */

	int64_t next_try_ms; /* for OUTCOME_LATER: when the next try is due, since the epoch */
	/* for OUTCOME_HELD: every submission with an ID up to held_id has older content */
	int64_t held_id;

	/* ---- while in doubt: lost_answer.c ---- */
	struct lost_answer *lost;
	TAILQ_ENTRY(submission) lost_link;
	unsigned char gist[CONTENT_DIGEST_SIZE]; /* gist of the content of a create */
	bool has_gist;
	int64_t given_up_ms; /* on the loop's clock: when the request was given up */
	bool decided;	     /* by this round of questions: if it was not found, it was not done */
	/* the story that says why it cannot be decided; NULL: it may still be decided */
	char *open_story;
};
TAILQ_HEAD(submission_list, submission);

/* The service as it was seen last (outage.c). Times are on the loop's clock. */
struct outage {
	int64_t failures;	    /* failures to reach it, in a row; 0: it is there */
	int64_t probe_ms;	    /* when the queue tries to reach it again */
	int64_t throttled_until_ms; /* the service has asked for patience until then */
};

/* What is known of the ledger's file (soundness.c). */
struct soundness {
	enum { SOUNDNESS_CLEAR, SOUNDNESS_UNKNOWN, SOUNDNESS_DAMAGED } state;
	struct ledger_check *check; /* the check that is under way, or NULL */
	struct check_thread *thread;
	struct err *damage; /* what is wrong, if state is SOUNDNESS_DAMAGED; owned */
	struct loop_timer again;
	bool is_due; /* the file has to be checked again */
};

/* The wait before the ledger is written again after a failure. */
#define LEDGER_AGAIN_MS 1000

/* What waits for a sync: requests to be sent, outcomes to be answered, writers to be answered. */
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
	unsigned n_current;			       /* submissions in by_row */
	struct submission_list waiting, begun;
	struct batch iteration;		 /* what this iteration has brought, until its end */
	struct waiter_list recorded;	 /* waiters for the commit of this iteration */
	struct loop_timer again;	 /* the ledger could not be written: its next try is due */
	struct sync_thread *sync_thread; /* NULL: the loop itself waits for each sync */
	bool syncing; /* a sync is under way, for the batch synced; later work is in held */
	/* Creates have ended without a job, and the disk does not have that: no sync has begun
	 * since (unsynced), or the sync is under way (syncing). */
	bool has_unsynced_ends, has_syncing_ends;
	struct batch held, synced;
	struct batch durable; /* to be released at the end of this iteration and of the next ones */
	unsigned releases_left; /* what this iteration may still release */
	int sync_error;		/* -errno of a sync that failed; its batch is in iteration again */
	/* an outage has ended: lost answers that could not be asked for are asked for soon */
	bool service_is_back;
	unsigned in_flight, under_way, in_doubt;
	struct shares memory; /* memory of the submissions that users wait for */
	struct metrics metrics;
	struct outage outage;
	struct soundness soundness;
	LIST_HEAD(, lost_answer) lost_answers; /* searches for lost answers: lost_answer.c */
	unsigned n_asking;		       /* lost answers that ask the service now */
	TAILQ_HEAD(, lost_answer) waiting_to_ask;
	struct refusals refusals;
	struct catalogue *catalogue; /* owned by the engine; catalogue.c has the functions */
	struct imports *imports;     /* owned by the engine; imports.c has the functions */
	struct shows *shows;	     /* owned by the engine; show.c has the functions */
	struct seen_jobs *seen_jobs; /* owned by the engine; seen_jobs.h has the functions */

	/* ---- submit=queue: queue.c ---- */
	bool queue_may_have_next; /* a submission may be sent now that could not be sent before */
	bool queue_is_empty;	  /* surely nothing in the ledger waits to be sent */
	/* runs when the queue is to be looked at again: a try is due, a pause is over, or work was
	 * left over */
	struct loop_timer queue_due;
	unsigned queued_in_flight;
	bool renames_unsettled; /* the ledger has yet to end a rename (renames.c) */
	bool has_rebound; /* the ledger may have submissions that were queued before -o rebind */
	int64_t begun_ms; /* when the mount began, on the loop's clock */
	submit_found_fn *found; /* callback of submit_on_found(), or NULL */
	void *found_data;
	bool quiet; /* the mount ends: nothing more is taken from the queue */
};

/* Returns the milliseconds since the epoch, from the clock that the options give. */
static inline int64_t engine_realtime_ms(const struct engine *engine)
{
	return engine->options.sources.realtime_ms(engine->options.sources.data);
}

/* Reads the loop's clock now, in milliseconds. loop_now_ms() is the time at which the iteration
 * began. */
static inline int64_t engine_monotonic_ms(const struct engine *engine)
{
	return engine->options.sources.monotonic_ms(engine->options.sources.data);
}

/* Gives a call up; see coc_call_cancel(). */
static inline void engine_cancel_call(const struct engine *engine, struct coc_call *call)
{
	engine->service.ops->cancel(engine->service.data, call);
}

#endif
