/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_INSPECTORS_PRIVATE_H
#define COCFS_SPACE_INSPECTORS_PRIVATE_H

#include <pthread.h>
#include <stdatomic.h>
#include <sys/queue.h>

#include "loop/loop.h"
#include "space/bounds.h"
#include "space/inspectors.h"

/* The state that the loop's side (inspectors.c) and the threads (inspector.c) share. */

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
	TAILQ_ENTRY(inspection) link; /* in the list waiting or ended */
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
 * lock to change members that both the loop and the threads change, except the atomics. */
struct inspectors {
	struct loop *loop;
	struct sight sight; /* a copy of the sight of inspectors_create() */
	struct loop_watch watch;
	int ended_fd; /* an eventfd: the number of inspections that ended */
	pthread_mutex_t lock;
	pthread_cond_t wake;
	atomic_bool is_over;
	struct inspector threads[INSPECTORS_MAX];
	atomic_int stuck_at[INSPECTORS_MAX]; /* the processes that block a look; 0: no process */
	struct inspections waiting, ended;
};

/* Starts the thread of an inspector, which takes inspections that wait. Hold the lock. Returns 0 or
 * -errno. */
int inspector_start(struct inspectors *inspectors, struct inspector *inspector);

/* Wakes the loop: it calls on_ended(), which takes the inspections that have ended. Any thread may
 * call this. */
void inspectors_wake_loop(const struct inspectors *inspectors);

#endif
