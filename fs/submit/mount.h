/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_MOUNT_H
#define COCFS_SUBMIT_MOUNT_H

#include "coc/ops.h"
#include "job/import.h"
#include "submit/submit.h"

/* The door of fs/submit for the program that mounts: from the opening to the end. CONTRIBUTING.md
 * ("Words") explains the words of this project: job, row, sibling, story and others. */

struct loop;

/* Where the engine gets the time and random numbers from. A test gives its own functions; for each
 * that is NULL the engine takes the system's. */
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
	ADOPT_NAME,  /* the create takes such a job with any content, and updates it */
};

struct engine_options {
	int64_t timeout_ms; /* the time that a submission has from its commit to its answer */
	/* refresh=: how old the catalogue may be when somebody looks at it, or the last check of a
	 * job for a newer version */
	int64_t refresh_ms;
	/* which jobs of the service are shown as files though no path is bound to them */
	enum jobs_shown jobs;
	unsigned inflight_max; /* the most requests under way at the same time; further ones wait */
	/* the most requests under way at the same time that come from the queue; they count for
	 * inflight_max, too */
	unsigned queued_inflight_max;
	bool one_user; /* all submissions come from the same user */
	/* conflict=overwrite: a version that is newer than the base is no reason to refuse a
	 * request */
	bool overwrite;
	enum risk max_risk;	  /* no create and no update gives a job a risk level above this */
	enum adoption_rule adopt; /* which job a create takes instead of making one */
	struct engine_sources sources; /* all zeros: the system's clocks and random() */
};

/* What an engine is made of. loop, and the data of service, must outlive the engine. The strings
 * are used only within submit_open(). */
struct submit_spec {
	struct loop *loop;
	const char *ledger; /* the path of the ledger; a missing ledger is made */
	/* the path of the instance file, by which a copied ledger is recognised; NULL: no copy is
	 * recognised (ledger_open()) */
	const char *instance;
	/* -o rebind: a copied ledger is accepted, and all that is unfinished in it is in doubt */
	bool rebind;
	/* the SOURCE that is mounted; the ledger of another SOURCE is refused with -EXDEV */
	const char *source;
	struct coc_service service;
	struct engine_options options;
};

/* Opens the ledger and makes the engine. Call submit_recover() next. Returns 0 and an owned engine,
 * or -errno with err filled. */
int submit_open(const struct submit_spec *spec, struct engine **ret_engine, struct err *err);

/* How submit_recover() learns what is really in the spool. */
struct spool_witness {
	rename_was_done_fn *was_renamed; /* gets the member data below */
	/* Finds the owner of the file at a path. Returns 0, or a negative errno if the owner cannot
	 * be told now. */
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

/* Lets all queued submissions be tried again without the waits after failures. Call this when the
 * reason for waiting may be gone (new credentials). */
void submit_hasten(struct engine *engine);

/* Call this function when the mount ends. Sends nothing from the queue any more. If the ledger is
 * not known to be sound, fails the submissions that wait for its check. */
void submit_quiesce(struct engine *engine);

/* Returns how many submissions in memory have not ended, without those in doubt. 0: nobody waits
 * for an outcome. While a sync of the ledger is awaited, the number is one higher. */
unsigned submit_under_way(const struct engine *engine);

/* Frees the engine and closes the ledger, which keeps what is unfinished. NULL is accepted. */
void submit_close(struct engine *engine);

#endif
