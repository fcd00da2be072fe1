/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_MOUNT_H
#define COCFS_SUBMIT_MOUNT_H

#include "coc/ops.h"
#include "job/import.h"
#include "submit/submit.h"

/* The door of fs/submit for the program that mounts: from the opening to the end. CONTRIBUTING.md
 * ("Words") explains the words of this project: job, row, sibling, story and others. */

struct loop;

/* The sources of time and of random numbers, beside the loop's clock. A test gives its own. */
struct engine_sources {
	int64_t (*realtime_ms)(void *data);  /* milliseconds since the epoch */
	int64_t (*monotonic_ms)(void *data); /* the loop's clock, read now */
	long (*random)(void *data);	     /* a number as random(3) returns it */
	void *data;
};

/* What a create does when the service has a job of its name and project, and no path of this space
 * is bound to that job (adoption.c). */
enum adoption_rule {
	ADOPT_NEVER, /* the create makes a new job */
	ADOPT_SAME,  /* the create takes a job that has the same content */
	ADOPT_NAME,  /* the create takes a job with any content, and updates it */
};

struct engine_options {
	int64_t timeout_ms;    /* the time that a submission has from its commit to its answer */
	int64_t refresh_ms;    /* the catalogue may be so old when somebody looks at it */
	enum jobs_shown jobs;  /* which jobs without a path are shown */
	unsigned inflight_max; /* requests under way at once; further ones wait */
	/* the most of the inflight_max requests that are for the queue */
	unsigned queued_inflight_max;
	bool one_user; /* all submissions come from the same user */
	/* conflict=overwrite: a version that is newer than the base is no reason to refuse a
	 * request */
	bool overwrite;
	enum risk max_risk;	       /* no update leaves a job above this risk level */
	enum adoption_rule adopt;      /* which job a create takes instead of making one */
	struct engine_sources sources; /* all zeros: the system's clocks and random() */
};

/* What an engine is made of. loop, and the data of service, must outlive the engine. */
struct submit_spec {
	struct loop *loop;
	const char *ledger; /* the path of the ledger; a missing ledger is made */
	/* the path of the instance file; NULL: a copy of the ledger is not recognised */
	const char *instance;
	/* -o rebind: this copy of the ledger lives on; what is unfinished is in doubt */
	bool rebind;
	/* SOURCE, which the space belongs to: see ledger_open() for when it is refused */
	const char *source;
	struct coc_service service;
	struct engine_options options;
};

/* Opens the ledger and makes the engine. Call submit_recover() next. Returns 0 and an owned engine,
 * or -errno with err filled. */
int submit_open(const struct submit_spec *spec, struct engine **ret_engine, struct err *err);

/* How submit_recover() learns what is really in the spool. */
struct spool_witness {
	rename_was_done_fn *was_renamed;
	/* Finds the owner of the file at a path. Returns a negative errno if that cannot be told
	 * now. */
	int (*find_owner)(void *data, const char *path, struct owner *ret_owner);
	void *data;
};

/*
 * Takes up what an earlier mount left unfinished: submissions, and renames in the spool. Records
 * the owners of rows that an older cocfs has made. Returns 0, or -errno with err filled.
 */
int submit_recover(struct engine *engine, const struct spool_witness *witness, struct err *err);

/* Ends an iteration: makes durable what was recorded, then sends requests, then answers. The loop
 * calls this after each round of requests. */
void submit_iteration_end(struct engine *engine);

/* Tries at once all that is queued. Call this when the reason for waiting may be gone (new
 * credentials). */
void submit_hasten(struct engine *engine);

/* Call this function when the mount ends. Sends nothing from the queue any more. If the ledger is
 * not known to be sound, fails the submissions that wait for its check. */
void submit_quiesce(struct engine *engine);

/* Returns how many submissions are under way that somebody may wait for. Submissions in doubt do
 * not count. */
unsigned submit_under_way(const struct engine *engine);

/* Frees the engine and closes the ledger, which keeps what is unfinished. NULL is accepted. */
void submit_close(struct engine *engine);

#endif
