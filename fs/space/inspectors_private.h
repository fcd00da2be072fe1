/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_INSPECTORS_PRIVATE_H
#define COCFS_SPACE_INSPECTORS_PRIVATE_H

#include <pthread.h>
#include <stdatomic.h>
#include <sys/queue.h>

#include "loop/loop.h"
#include "space/bounds.h"
#include "space/inspectors.h"

/* The structs that the loop (inspectors.c) and the threads (inspector.c) share. */

enum stage { STAGE_WAITING, STAGE_RUNNING, STAGE_ENDED };

struct inspection {
	struct inspectors *inspectors;
	enum stage stage;
	struct writers_close close;
	struct writers_verdict verdict;
	uid_t user;
	int64_t begun_ms;
	struct loop_timer timer;
	/* NULL: the inspection was dropped */
	void (*done)(void *data, const struct writers_verdict *verdict);
	void *data;
	/* in inspectors->waiting or ->ended, by stage; in neither while a thread judges it */
	TAILQ_ENTRY(inspection) link;
};

TAILQ_HEAD(inspections, inspection);

struct inspector {
	struct inspectors *inspectors;
	pthread_t thread;
	bool is_started, is_stuck;
	struct inspection *current;
	atomic_int at; /* the process that the thread looks at now */
};

/* The threads that judge closes, and the inspections that wait for them or have ended. Hold the
 * lock to use a member that both the loop and the threads use, except the atomics. */
struct inspectors {
	struct loop *loop;
	struct sight sight; /* a copy of the sight of inspectors_create() */
	struct loop_watch watch;
	int ended_fd; /* an eventfd: a thread adds 1 to wake the loop */
	pthread_mutex_t lock;
	pthread_cond_t wake;
	atomic_bool is_over;
	struct inspector threads[INSPECTORS_MAX];
	/* for each thread the process at which it is stuck; 0: it is not stuck */
	atomic_int stuck_at[INSPECTORS_MAX];
	struct inspections waiting, ended;
};

/* Starts the thread of an inspector: it judges the inspections in inspectors->waiting. Hold the
 * lock. Returns 0 or -errno. */
int inspector_start(struct inspectors *inspectors, struct inspector *inspector);

/* Wakes the loop, which calls on_ended() (inspectors.c): on_ended() takes the inspections that have
 * ended. Any thread may call this. */
void inspectors_wake_loop(const struct inspectors *inspectors);

#endif
