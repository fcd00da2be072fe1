/* SPDX-License-Identifier: MIT */
#ifndef COCFS_LOOP_WORKERS_H
#define COCFS_LOOP_WORKERS_H

#include <stdbool.h>
#include <sys/queue.h>
#include <sys/types.h>

#include "loop/loop.h"

/*
 * A few threads that wait for the disk in the loop's place. workers.c has the essay. All functions
 * must be called from the loop's own thread.
 */
struct workers;

/* Threads: a disk serves a few requests at once. With more threads each would only wait longer. */
#define WORKERS_MAX 8

/* Jobs that wait or run. Each job is the request of a program that waits for it, and takes some
 * hundred bytes. More of them would be an attack. */
#define WORKER_JOBS_MAX 65536

/* One job for a thread. Its owner embeds it. */
struct worker_job {
	/* Runs in a thread: makes system calls, and uses only the job's owner. */
	void (*work)(struct worker_job *job);
	/* Runs in the loop, after work. The job is not used afterwards. */
	void (*done)(struct worker_job *job);
	uid_t user; /* the user who made the request */
	STAILQ_ENTRY(worker_job) link;
	bool has_share; /* for workers.c: a thread is reserved */
};

/* Makes the workers. one_user: all jobs come from one user, who may use all threads. Returns 0 and
 * owned workers, or -errno. */
int workers_create(struct loop *loop, bool one_user, struct workers **ret_workers);

/* Waits until every job has run, and calls their done functions. New jobs may be added meanwhile.
 * Returns at once if there is no job. */
void workers_drain(struct workers *workers);

/* Ends the threads, and frees. No job may be left. NULL is accepted. */
void workers_destroy(struct workers *workers);

/*
 * Adds a job. The jobs of one user begin in their order, and one user may take up to half of the
 * free threads. Returns 0, or -EAGAIN if the user's share of WORKER_JOBS_MAX is used up or there is
 * not enough memory: then nothing is done.
 */
int workers_add(struct workers *workers, struct worker_job *job);

/* Returns how many jobs wait or run. */
size_t workers_jobs(const struct workers *workers);

#endif
