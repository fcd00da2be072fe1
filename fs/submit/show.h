/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_SHOW_H
#define COCFS_SUBMIT_SHOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bounds/api.h"
#include "job/attributes.h"

/*
 * Questions to the service for one job (ShowDocument), for fs/space. The comment at the top of
 * show.c explains how many are under way. The ledger records none of the answers.
 */

struct engine;
struct show_waiter; /* a request of fs/space that waits for an answer */

/* A job as the service shows it. Strings are borrowed. */
struct shown_job {
	const char *job_id;
	int64_t version; /* 0: the service does not say which */
	const char *content;
	size_t size;
	int64_t update_ms, create_ms; /* since the epoch; 0: not known */
	const char *modifier;	      /* NULL: nobody has changed the job */
	/* NULL: not in the answer; the service never shows the tags */
	const char *attrs[ATTR_COUNT];
};

/*
 * Receives an answer. If result is 0, job is valid until this function returns. If result is a
 * negative errno, job is NULL. Called once, from an iteration of the loop, and never from within
 * show_job(). May call show_job() and show_drop().
 *
 * -ESTALE: there is no such job, or no such version of it. Any other errno says nothing of the job:
 * the service could not be asked, did not answer in time, or its answer is of no use.
 */
typedef void show_done_fn(void *data, int result, const struct shown_job *job);

/*
 * Asks for a version of a job; version 0 is the newest. Returns 0 and a waiter, which is valid
 * until done is called or show_drop(). The answer comes within `timeout`. Returns a negative errno
 * if nothing is asked; then done is not called. -EAGAIN: too many questions are open, or the
 * service wants no call for `timeout` or longer. -ENOMEM. Any other errno comes from an earlier
 * call: the service is away.
 */
int show_job(struct engine *engine, const char *job_id, int64_t version, show_done_fn *done,
	     void *data, struct show_waiter **ret_waiter);

/* Sets whether this waiter's question is asked ahead, before anybody waits for the answer. A
 * question with no other waiters ends with -EAGAIN when the service asks for patience, so that
 * other questions go first. */
void show_set_ahead(struct show_waiter *waiter, bool is_ahead);

/* Stops waiting: done is not called, and waiter is freed. If the question has no other waiter,
 * cancels the question. */
void show_drop(struct show_waiter *waiter);

/* Would the call of a new question begin now, without a wait, and could one more begin after it? */
bool show_begins_at_once(const struct engine *engine);

/* Would show_job() ask now? Returns 0 if it would. If the service is away or asks for too much
 * patience, returns the -errno that show_job() would return. Does not check the number of open
 * questions, nor the memory. */
int show_check(const struct engine *engine);

#endif
