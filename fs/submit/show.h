/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_SHOW_H
#define COCFS_SUBMIT_SHOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bounds/api.h"
#include "job/attributes.h"

/*
 * What the service has of one job, for space: ShowDocument. show.c has the essay. Nothing is
 * recorded here.
 */
struct engine;
struct show_waiter; /* somebody who waits for an answer */

/* A job as the service shows it. Borrowed strings. */
struct shown_job {
	const char *job_id;
	int64_t version; /* 0: the service does not say which */
	const char *content;
	size_t size;
	int64_t update_ms, create_ms;  /* since the epoch; 0: not told */
	const char *modifier;	       /* NULL: nobody has changed the job */
	const char *attrs[ATTR_COUNT]; /* NULL: not told, as the tags never are */
};

/*
 * Tells an answer: 0 and the job, which is valid until this returns; or a negative errno and NULL.
 * -ESTALE: there is no such job, or no such version of it. Any other errno says nothing of the job:
 * the service could not be asked. Called once, from an iteration of the loop, and never from within
 * show_job(). It may call show_job() and show_drop().
 */
typedef void show_done_fn(void *data, int result, const struct shown_job *job);

/*
 * Asks for a version of a job, 0: the newest. Returns 0 and a waiter, which is valid until done is
 * called or show_drop(). The answer comes within `timeout`. Returns a negative errno when nothing
 * is asked; done is not called then. -EAGAIN: too much is asked for at once, or the service asks
 * for patience. -ENOMEM. Any other errno is that of a call a moment ago: the service is away.
 */
int show_job(struct engine *engine, const char *job_id, int64_t version, show_done_fn *done,
	     void *data, struct show_waiter **ret_waiter);

/* Does nobody wait for the answer yet? Such a question ends with -EAGAIN when the service asks for
 * patience: those who wait go first. */
void show_set_ahead(struct show_waiter *waiter, bool is_ahead);

/* Stops waiting: done is not called. */
void show_drop(struct show_waiter *waiter);

/* Would the call of a question begin at once now, with room for another one? */
bool show_begins_at_once(const struct engine *engine);

/* Would show_job() ask now? 0, or the -errno that it would return. */
int show_check(const struct engine *engine);

#endif
