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

struct submission;

struct waiter {
	/* for a waiter in engine->recorded: what done gets if the commit succeeds */
	int result;
	submit_done_fn *done;
	void *data;
	int64_t begun_ms; /* when the wait began, on the loop's clock */
	bool is_inner;	  /* the engine itself waits, and no program: its time is in no metric */
	LIST_ENTRY(waiter) link;
};
LIST_HEAD(waiter_list, waiter);

enum submission_stage {
	STAGE_BEHIND, /* waits for an older submission of the same path */
	/* in engine->waiting: waits until in_flight is below inflight_max (a free slot), or for the
	 * check of the ledger */
	STAGE_WAITING,
	/* waits for the commit of its intent, in engine->begun; then the question is asked */
	STAGE_BEGUN,
	/* the service is asked for the jobs of the name (create) or for the newest version (update,
	 * deletion). Or the submission waits until the ledger can be written again:
	 * submission_go_on_later() */
	STAGE_ASKING,
	/* in engine->iteration.fresh: its intent is committed at the end of this iteration, and
	 * is durable then or after STAGE_SYNCING */
	STAGE_FRESH,
	STAGE_SYNCING, /* its intent waits for a sync, in engine->held.fresh or ->synced.fresh */
	/* its request is under way, or is repeated because the service did not process it */
	STAGE_SENDING,
	/* its answer was lost, or another copy may have sent it (-o rebind): the service is asked
	 * what became of it */
	STAGE_IN_DOUBT,
	/* it has an outcome, which is recorded at the end of this iteration, and answered then or
	 * after a sync. It is in engine->iteration.ended, or in ended of a later batch */
	STAGE_ENDED,
};

/* The search for the version that an update has made (version_search.c). */
struct version_search {
	/* called at the end of the search: version_search_done_fn */
	void (*done)(struct submission *submission, const struct coc_answer *failed);
	int64_t timeout_ms; /* how long each question may take */
	int64_t next;	    /* the version that is looked at now */
	int64_t newest;	    /* the newest version; 0: not known yet */
	int64_t ours;	    /* the version that has what was sent; 0: none found */
	/* the service did not show at least one version that the search asked for: it may be ours
	 */
	bool is_unsure;
	char *author;	 /* author of the newest version; owned; NULL: not known */
	int64_t time_ms; /* time of the newest version, since the epoch; 0: not known */
};

/* A submission in memory, from its commit to its end. */
struct submission {
	struct engine *engine;
	struct ledger_submission record;
	char *path;   /* the path at the time of the commit; for the log and the stories */
	char *job_id; /* the job of an update or a deletion; of a create once the job is made */
	bool deletion;
	bool is_current; /* not behind another submission of its row: in engine->by_row */
	bool by_path;	 /* the ledger may have lost its row: record its refusal by its path */
	enum submission_stage stage;
	TAILQ_ENTRY(submission) link;
	struct submission *next_by_row;
	size_t charged;		   /* bytes of engine->memory that count as the user's */
	struct submission *behind; /* the newer submission of the same path, or NULL */
	struct waiter_list waiters;
	/* A submission that waits: runs at its deadline. One under way: runs when its next try is
	 * due. One in doubt that could not join a lost answer without memory: runs when it tries
	 * again */
	struct loop_timer timer;
	struct coc_call *call;
	/* of a create at STAGE_ASKING, while the question is asked; else NULL */
	struct question *question;
	/* for a create that may take a job, at STAGE_ASKING (adoption.c); else NULL */
	struct adoption *adoption;
	/* after a create, during the second look (second_look.c); else NULL */
	struct second_look *second_look;
	/* a create was done, and its second look (second_look.c) has not begun yet: begin it before
	 * the waiters are answered */
	bool looks_again;
	/* for a create: the IDs of all jobs that its last question has listed */
	struct id_set listed;
	/* before an update: what is recorded; after its end: what the service has */
	struct job_versions versions;
	int64_t deadline_ms; /* when the submission has to be answered, on the loop's clock */
	int64_t sent_ms;     /* on the loop's clock: when the request was sent last */

	enum submission_outcome outcome; /* OUTCOME_NONE until the submission has ended */
	struct err *err;		 /* the error of an outcome that is no success; owned */
	char *request_id;		 /* of the last answer that had one; owned; NULL: none */

	/* ---- of an update or a deletion: base_check.c ---- */
	/* attributes that were changed here since they were sent: bits 1 << attr */
	unsigned changed;
	/* attributes whose values the service has shown since the update: bits 1 << attr */
	unsigned told;
	/* digest of the text of the base, if has_base_digest */
	unsigned char base_digest[CONTENT_DIGEST_SIZE];
	bool has_base_digest;
	/* a person has named a base, but the committed text is that of this older version; or 0 */
	int64_t text_version;
	/* a person has named a base that is newer than the version whose text the file had */
	bool is_base_newer;
	struct version_search search;
	/* ---- for the record of its outcome: submission.c ---- */
	struct buf notice; /* for OUTCOME_SETTLED: warnings for the file, a line each */
	bool is_there;	/* for OUTCOME_HELD: the service itself has shown that it has the content */
	bool is_unseen; /* for a deletion: the service shows no such job to the mount's keys */
	/* for OUTCOME_FAILED: the job is there, and one of its versions or the named base forbids
	 * the request */
	bool is_conflict;
	int64_t seen;	 /* for OUTCOME_FAILED: the newest version; 0: not seen */
	bool is_adopted; /* was a create, and took an existing job */
	/* an outcome other than OUTCOME_SETTLED must be durable before it is answered as a
	 * success */
	bool must_last;

	int64_t next_try_ms; /* for OUTCOME_LATER: when the next try is due, since the epoch */
	/* for OUTCOME_HELD: every submission with an ID up to held_id has older content */
	int64_t held_id;

	/* ---- while in doubt: lost_answer.c ---- */
	struct lost_answer *lost;
	TAILQ_ENTRY(submission) lost_link;
	/* of a create, if has_gist: content_gist(), the digest of the content without blanks */
	unsigned char gist[CONTENT_DIGEST_SIZE];
	bool has_gist;
	int64_t given_up_ms; /* on the loop's clock: when the request was given up */
	/* this round of questions had what it needs: if it did not find a job or a version of the
	 * submission, the request was not done */
	bool decided;
	/* the story that says why it cannot be decided; NULL: it may still be decided */
	char *open_story;
};
TAILQ_HEAD(submission_list, submission);

/* Whether the service answers, as it was seen last (outage.c). Times are on the loop's clock. */
struct outage {
	int64_t failures; /* failures to reach the service, in a row; 0: it is there */
	/* during an outage: when the queue sends the next submission to see whether it is over */
	int64_t probe_ms;
	/* until then the service wants no call (a 429); 0 or past: it has not asked for that */
	int64_t throttled_until_ms;
};

/* What is known of the ledger's file (soundness.c). */
struct soundness {
	enum { SOUNDNESS_CLEAR, SOUNDNESS_UNKNOWN, SOUNDNESS_DAMAGED } state;
	struct ledger_check *check;  /* the check that is under way; NULL: none is */
	struct check_thread *thread; /* runs the check; NULL: none is under way */
	struct err *damage;	     /* what is wrong, if state is SOUNDNESS_DAMAGED; owned */
	struct loop_timer again;
	bool is_due; /* the next end of an iteration begins another check */
};

/* The wait before the ledger is written again after a failure. */
#define LEDGER_AGAIN_MS 1000

/* What waits for a sync: submissions whose requests are to be sent (fresh), submissions whose
 * outcomes are to be answered (ended), and writers whose content is queued (promised). */
struct batch {
	struct submission_list fresh, ended;
	struct waiter_list promised;
};

#define SUBMISSION_BUCKETS 1024 /* as many as requests can be in flight at the same time */

struct engine {
	struct loop *loop;
	struct ledger *ledger;
	struct coc_service service;
	struct engine_options options;
	/* hash table by row: the current submission of a row, which is not behind another one */
	struct submission *by_row[SUBMISSION_BUCKETS];
	unsigned n_current; /* submissions in by_row */
	struct submission_list waiting, begun;
	struct batch iteration;	     /* what this iteration has brought, until its end */
	struct waiter_list recorded; /* waiters for the commit of this iteration */
	/* the ledger could not be written: runs when the next try is due */
	struct loop_timer again;
	struct sync_thread *sync_thread; /* NULL: the loop itself waits for each sync */
	bool syncing; /* a sync is under way, for the batch synced; later work is in held */
	/* Creates have ended without a job, and a loss of power could undo that. unsynced: no sync
	 * has begun since. syncing: the sync that makes the ends durable is under way. */
	bool has_unsynced_ends, has_syncing_ends;
	struct batch held, synced;
	/* what is durable: its requests are sent and its waiters answered (released) at the end of
	 * this iteration and of the next ones */
	struct batch durable;
	/* how much of durable this end of an iteration may still release: RELEASES_MAX, less by
	 * group_sync_cost() for each request and by 1 for each answer */
	unsigned releases_left;
	/* -errno of a sync that failed; its batch is in iteration again, to fail there; else 0 */
	int sync_error;
	/* an outage has ended: the next end of an iteration begins rounds for the lost answers
	 * whose last round the service did not answer */
	bool service_is_back;
	/* in_flight: submissions that hold a slot (one of inflight_max), for a question or a
	 * request. under_way: submissions in memory that are not in doubt. in_doubt: submissions in
	 * doubt */
	unsigned in_flight, under_way, in_doubt;
	struct shares memory; /* memory of the submissions that users wait for */
	struct metrics metrics;
	struct outage outage;
	struct soundness soundness;
	LIST_HEAD(, lost_answer) lost_answers; /* searches for lost answers: lost_answer.c */
	unsigned n_asking; /* lost answers with a round under way: ASKING_MAX at most */
	TAILQ_HEAD(, lost_answer) waiting_to_ask; /* their rounds wait until another one ends */
	struct refusals refusals;
	struct catalogue *catalogue; /* owned by the engine; catalogue.c has the functions */
	struct imports *imports;     /* owned by the engine; imports.c has the functions */
	struct shows *shows;	     /* owned by the engine; show.c has the functions */
	struct seen_jobs *seen_jobs; /* owned by the engine; seen_jobs.h has the functions */

	/* ---- submit=queue: queue.c ---- */
	/* look at the queue in this iteration: a submission may be due, or a slot or a path is
	 * free */
	bool queue_may_have_next;
	/* surely nothing in the ledger is queued; false: perhaps something is */
	bool queue_is_empty;
	/* runs when the queue is to be looked at again: a try is due, a pause is over, or work was
	 * left over */
	struct loop_timer queue_due;
	unsigned queued_in_flight; /* those of in_flight that are for queued submissions */
	/* ---- used with and without submit=queue ---- */
	bool renames_unsettled; /* the ledger has yet to end a rename (renames.c) */
	bool has_rebound; /* the ledger may have submissions that were queued before -o rebind */
	int64_t begun_ms; /* when the mount began, on the loop's clock */
	submit_found_fn *found; /* callback of submit_on_found(), or NULL */
	void *found_data;
	bool quiet; /* the mount ends (submit_quiesce()): nothing more is taken from the queue */
};

/* Returns the milliseconds since the epoch, from the clock that the options give. */
static inline int64_t engine_realtime_ms(const struct engine *engine)
{
	return engine->options.sources.realtime_ms(engine->options.sources.data);
}

/* Reads the loop's clock now, in milliseconds. loop_now_ms() returns the time at which the
 * iteration began. */
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
