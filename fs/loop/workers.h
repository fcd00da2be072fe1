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

/* The most threads: a disk serves only a few requests at the same time. With more threads each
 * would only wait longer. */
#define WORKERS_MAX 8

/* The most jobs that wait or run. Each job belongs to a request of a program that waits for the
 * answer, and takes some hundred bytes. So more jobs would be an attack. */
#define WORKER_JOBS_MAX 65536

/* One job for a thread: here a job is a piece of work, not a job of COC. Its owner embeds this
 * struct. */
struct worker_job {
	/* Runs in a thread: makes system calls, and uses only the struct that embeds the job. */
	void (*work)(struct worker_job *job);
	/* Runs in the loop's thread, after work. It may free the job, which is not used
	 * afterwards. */
	void (*done)(struct worker_job *job);
	uid_t user; /* whose program waits for this job: the job counts in the share of this user */
	STAILQ_ENTRY(worker_job) link;
	bool has_share; /* set by workers.c: a thread is reserved for this job */
};

/* Makes the workers. one_user: all jobs come from one user, who may use all threads. Returns 0 and
 * workers that the caller destroys, or -errno. */
int workers_create(struct loop *loop, bool one_user, struct workers **ret_workers);

/* Waits until every job has run, and calls the done functions. A done function may add new jobs;
 * these run too. If there is no job, returns without a wait. */
void workers_drain(struct workers *workers);

/* Ends the threads, and frees the workers. Call workers_drain() before: no job may be left. NULL is
 * accepted. */
void workers_destroy(struct workers *workers);

/*
 * Adds a job. The jobs of one user begin in the order in which they were added. One user has at
 * most as many threads as stay free for others (base/shares.h). Returns 0, or -EAGAIN if the user's
 * share of WORKER_JOBS_MAX is used up or there is not enough memory: then the job is not added.
 */
int workers_add(struct workers *workers, struct worker_job *job);

/* Returns how many jobs wait or run. */
size_t workers_jobs(const struct workers *workers);

#endif
