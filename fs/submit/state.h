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
 * What the files of the engine share: its submissions and its lists. A file has the functions of
 * its own in a header of its name. Callbacks add to the lists here; the end of the iteration
 * (end_of_iteration.c) takes everything up from there.
 */

struct waiter {
	struct submission *submission;
	int result; /* of what is recorded */
	submit_done_fn *done;
	void *data;
	int64_t begun_ms; /* on the loop's clock */
	bool is_inner;	  /* the engine itself waits */
	LIST_ENTRY(waiter) link;
};
LIST_HEAD(waiter_list, waiter);

enum submission_stage {
	STAGE_BEHIND,  /* waits for an older submission of the same path */
	STAGE_WAITING, /* waits for a slot: in engine->waiting */
	STAGE_BEGUN,   /* the service is asked when it is committed: engine->begun */
	STAGE_ASKING,  /* the service is asked which jobs of the name it has, or for the newest
			  version of the job; or the submission waits to go on:
			  submission_go_on_later() */
	STAGE_FRESH,   /* its intent becomes durable at the end of this iteration: in
			  engine->iteration.fresh */
	STAGE_SYNCING, /* its intent is recorded and becomes durable: in engine->held or ->synced */
	STAGE_SENDING, /* a request is under way, or is sent again after a 429 */
	STAGE_IN_DOUBT, /* the service is being asked what became of it */
	STAGE_ENDED,	/* its outcome is recorded and told at the end of this iteration:
			   engine->iteration.ended */
};

/* The search for the version that an update has made: version_search.c. */
struct version_search {
	void (*done)(struct submission *submission, const struct coc_answer *failed);
	int64_t timeout_ms;
	int64_t next;	/* that is looked at now */
	int64_t newest; /* 0: not told yet */
	int64_t ours;	/* that has what was sent; 0: none has */
	bool is_unsure; /* a version between could not be seen */
	char *author;	/* of the newest, or NULL; owned */
	int64_t time_ms;
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
	struct question *question;	 /* at STAGE_ASKING, while it is asked */
	struct adoption *adoption;	 /* the same, of a create that may take a job: adoption.c */
	struct second_look *second_look; /* after a create, while it looks: second_look.c */
	bool looks_again;		 /* it is to do so */
	struct id_set listed;		 /* of a create: all jobs that the last question was told */
	struct job_versions versions;	 /* before an update; after it has ended: now */
	int64_t deadline_ms;		 /* on the loop's clock */
	int64_t sent_ms;		 /* the same: when its request was sent last */

	enum submission_outcome outcome;
	struct err *err;  /* of an outcome that is none: owned */
	char *request_id; /* of the last answer, or NULL */

	/* of an update or a deletion: base_check.c */
	unsigned changed; /* attributes that were changed here since they were sent, bits 1 <<
			     attr */
	unsigned told;	  /* attributes that the service has told since the update, the same */
	unsigned char base_digest[CONTENT_DIGEST_SIZE];
	bool has_base_digest;
	int64_t text_version; /* whose text is committed, older than the base that is named; 0 */
	bool is_base_newer;   /* a base is named that is newer than the text that the file had */
	struct version_search search;
	struct buf notice; /* of OUTCOME_SETTLED: what the file warns of */
	bool is_there;	   /* of OUTCOME_HELD: the service has told that it has the content */
	bool is_unseen;	   /* of a deletion: the service shows no such job to these keys */
	bool is_conflict;  /* of OUTCOME_FAILED: a version is in the way */
	int64_t seen;	   /* of OUTCOME_FAILED: the newest version; 0: not seen */
	bool is_adopted;   /* it was a create, and took a job that was there */
	bool must_last;	   /* the outcome has to be durable before it is told as a success */

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

/* What is known of the ledger's file: soundness.c. */
struct soundness {
	enum { SOUNDNESS_CLEAR, SOUNDNESS_UNKNOWN, SOUNDNESS_DAMAGED } state;
	struct ledger_check *check; /* that is under way, or NULL */
	struct check_thread *thread;
	struct err *damage; /* what is wrong, when it is DAMAGED; owned */
	struct loop_timer again;
	bool is_due; /* it is to be checked again */
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
	unsigned n_current;			       /* submissions in by_row */
	struct submission_list waiting, begun;
	struct batch iteration;		 /* what this iteration has brought, until its end */
	struct waiter_list recorded;	 /* who is told when this iteration is committed */
	struct loop_timer again;	 /* wakes the loop when the ledger could not be written */
	struct sync_thread *sync_thread; /* NULL: the loop itself waits for each sync */
	bool syncing; /* it is at work, for what is in synced; what came since is in held */
	/* creates have ended without a job: no sync has begun since; it is at work */
	bool has_unsynced_ends, has_syncing_ends;
	struct batch held, synced;
	struct batch durable;	/* to be released at the ends of this iteration and the next ones */
	unsigned releases_left; /* in this iteration */
	int sync_error;		/* -errno: a sync has failed; its batch is in iteration again */
	bool service_is_back;	/* an outage has ended: what could not be asked is asked soon */
	unsigned in_flight, under_way, in_doubt;
	struct shares memory; /* of the submissions that users wait for */
	struct metrics metrics;
	struct outage outage;
	struct soundness soundness;
	LIST_HEAD(, lost_answer) lost_answers; /* lost_answer.c */
	unsigned n_asking;		       /* of them, those that ask the service now */
	TAILQ_HEAD(, lost_answer) waiting_to_ask;
	struct refusals refusals;
	struct catalogue *catalogue; /* catalogue.c; owned */
	struct imports *imports;     /* imports.c; owned */
	struct shows *shows;	     /* show.c; owned */
	struct seen_jobs *seen_jobs; /* freshness.c; owned */

	/* submit=queue: queue.c */
	bool queue_may_have_next;    /* something may be sent that could not be before */
	bool queue_is_empty;	     /* surely nothing in the ledger waits to be sent */
	struct loop_timer queue_due; /* when the next try of something is */
	unsigned queued_in_flight;
	bool renames_unsettled; /* the ledger has yet to end one (renames.c) */
	bool has_rebound; /* something may be in the ledger that was queued before -o rebind */
	int64_t begun_ms; /* on the loop's clock: when the mount began */
	submit_found_fn *found; /* changes.h; or NULL */
	void *found_data;
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

#endif
