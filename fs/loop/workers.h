/* SPDX-License-Identifier: MIT */
#ifndef COCFS_LOOP_WORKERS_H
#define COCFS_LOOP_WORKERS_H

#include <stdbool.h>
#include <sys/queue.h>
#include <sys/types.h>

#include "loop/loop.h"

/*
 * A few threads that wait for the disk in the loop's place; see workers.c. All functions must be
 * called from the loop's own thread.
 */
struct workers;

/* Threads: a disk serves some requests at once. More threads than that only wait longer. */
#define WORKERS_MAX 8

/* Jobs that wait or run. Each is the request of a program that waits for it, and takes some hundred
 * bytes: more than that is an attack. */
#define WORKER_JOBS_MAX 65536

/* One thing to be done beside the loop; embedded by its owner. */
struct worker_job {
	/* Runs in a thread: makes system calls, and touches nothing but the job's owner. */
	void (*work)(struct worker_job *job);
	/* Runs in the loop, after work; the job is not touched after it. */
	void (*done)(struct worker_job *job);
	uid_t user; /* whose request it is */
	STAILQ_ENTRY(worker_job) link;
	bool has_share; /* of the threads: the workers' own */
};

/* one_user: all jobs are of the same user, who may have all threads. Returns 0 or -errno. */
int workers_create(struct loop *loop, bool one_user, struct workers **ret_workers);

/* Waits until every job has run, and calls what is done. New jobs may be added meanwhile. Returns
 * at once where there are none. */
void workers_drain(struct workers *workers);

/* Ends the threads; there must be no jobs. NULL is accepted. */
void workers_destroy(struct workers *workers);

/*
 * Has a job done. The jobs of one user begin in their order, and up to half of the free threads are
 * that user's. Returns 0, or -EAGAIN when the user has as many jobs as are left for everybody, or
 * there is not enough memory: then nothing is done.
 */
int workers_add(struct workers *workers, struct worker_job *job);

/* Jobs that wait or run. */
size_t workers_jobs(const struct workers *workers);

#endif
