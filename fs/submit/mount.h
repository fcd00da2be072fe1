/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_MOUNT_H
#define COCFS_SUBMIT_MOUNT_H

#include "coc/ops.h"
#include "job/import.h"
#include "submit/submit.h"

/* The door of submit for the program that mounts: from the opening to the end. */

struct loop;

/* Where the engine gets time and chance from, beside the loop's clock. A test owns them. */
struct engine_sources {
	int64_t (*realtime_ms)(void *data);  /* since the epoch */
	int64_t (*monotonic_ms)(void *data); /* the loop's clock, as it is now */
	long (*random)(void *data);	     /* as random(3) */
	void *data;
};

/* What a create does when the service has a job of its name and project, and no path of this space
 * has that job (adoption.c). */
enum adoption_rule {
	ADOPT_NEVER, /* it makes a job */
	ADOPT_SAME,  /* it takes a job that has the same content */
	ADOPT_NAME,  /* it takes a job with any content, and updates it */
};

struct engine_options {
	int64_t timeout_ms;	       /* from a commit to its answer */
	int64_t refresh_ms;	       /* so old the catalogue may be when it is looked at */
	enum jobs_shown jobs;	       /* what is shown of jobs that no path is bound to */
	unsigned inflight_max;	       /* requests under way at once; others wait their turn */
	unsigned queued_inflight_max;  /* of these, at most so many are sent from the queue */
	bool one_user;		       /* all submissions are of the same user */
	bool overwrite;		       /* conflict=overwrite: no check before an update */
	enum risk max_risk;	       /* an update leaves no job above it */
	enum adoption_rule adopt;      /* which job a create takes instead of making one */
	struct engine_sources sources; /* of time and chance; all zeros: the system's */
};

/* What an engine is made of. loop, and what service holds, must outlive the engine. */
struct submit_spec {
	struct loop *loop;
	const char *ledger;   /* the path of the ledger, which is made when it is not there */
	const char *instance; /* the path of the instance file; NULL: the ledger may be a copy */
	bool rebind;	      /* this copy of the ledger lives on: what is unfinished is in doubt */
	const char *source;   /* what the space belongs to: ledger_open() says what that refuses */
	struct coc_service service;
	struct engine_options options;
};

/* Opens the ledger and makes the engine. Call submit_recover() next. Returns 0 and an owned engine,
 * or -errno with err filled. */
int submit_open(const struct submit_spec *spec, struct engine **ret_engine, struct err *err);

/* What the spool says of what is recorded. */
struct spool_witness {
	rename_was_done_fn *was_renamed;
	/* Whose the file of a path is. A negative errno: it cannot be told now. */
	int (*find_owner)(void *data, const char *path, struct owner *ret_owner);
	void *data;
};

/*
 * Takes up what an earlier mount left unfinished: submissions, and renames in the spool. Records
 * the owners of rows that an older cocfs has made. Returns 0, or -errno with err filled.
 */
int submit_recover(struct engine *engine, const struct spool_witness *witness, struct err *err);

/* The end of an iteration: what was recorded becomes durable, then it is sent, then answers are
 * given. */
void submit_iteration_end(struct engine *engine);

/* What is queued is tried at once: the reason for its waiting may be gone (new credentials). */
void submit_hasten(struct engine *engine);

/* From here on nothing is sent from the queue: the mount ends. */
void submit_quiesce(struct engine *engine);

/* Submissions under way that somebody may wait for (those in doubt are not counted). */
unsigned submit_under_way(const struct engine *engine);

/* Forgets what is in memory and closes the ledger, which keeps what is unfinished. NULL is
 * accepted. */
void submit_close(struct engine *engine);

#endif
