/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_INSPECTORS_PRIVATE_H
#define COCFS_SPACE_INSPECTORS_PRIVATE_H

#include <pthread.h>
#include <stdatomic.h>
#include <sys/queue.h>

#include "loop/loop.h"
#include "space/bounds.h"
#include "space/inspectors.h"

/* What the loop's side (inspectors.c) and the threads (inspector.c) share. */

enum stage { STAGE_WAITING, STAGE_RUNNING, STAGE_ENDED };

struct inspection {
	struct inspectors *inspectors;
	enum stage stage;
	struct writers_close close;
	struct writers_verdict verdict;
	uid_t user;
	int64_t begun_ms;
	struct loop_timer timer;
	void (*done)(void *data, const struct writers_verdict *verdict); /* NULL: dropped */
	void *data;
	TAILQ_ENTRY(inspection) link; /* in waiting or ended */
};

TAILQ_HEAD(inspections, inspection);

struct inspector {
	struct inspectors *inspectors;
	pthread_t thread;
	bool is_started, is_stuck;
	struct inspection *current;
	atomic_int at; /* the process that it looks at */
};

/* What both sides change is under the lock, but for the atomics. */
struct inspectors {
	struct loop *loop;
	struct sight sight; /* a copy */
	struct loop_watch watch;
	int ended_fd; /* counts those that ended */
	pthread_mutex_t lock;
	pthread_cond_t wake;
	atomic_bool is_over;
	struct inspector threads[INSPECTORS_MAX];
	atomic_int stuck_at[INSPECTORS_MAX]; /* processes, 0: none */
	struct inspections waiting, ended;
};

/* Starts a thread that looks. Returns 0 or -errno. Call it with the lock. */
int inspector_start(struct inspectors *inspectors, struct inspector *inspector);

/* Has the loop look for what has ended. */
void inspectors_wake_loop(const struct inspectors *inspectors);

#endif
