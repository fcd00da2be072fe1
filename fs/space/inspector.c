/* SPDX-License-Identifier: MIT */
/* A thread that looks for processes which can still write to a file that is being closed.
 * inspectors.c says why the loop does not look itself. */
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <linux/close_range.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/thread.h"
#include "space/inspectors_private.h"
#include "space/proc.h"

#define STACK_SIZE (256 << 10) /* bytes; the search itself needs 40 KB of it */
/* milliseconds: the search ends RETURN_MS before INSPECTION_MS are over, so that the verdict
 * reaches the loop in time */
#define RETURN_MS 100

static unsigned count_busy(const struct inspectors *inspectors, uid_t user)
{
	unsigned n = 0;

	for (int i = 0; i < INSPECTORS_MAX; i++) {
		const struct inspection *current = inspectors->threads[i].current;

		n += current && current->user == user;
	}
	return n;
}

/* Takes the first waiting inspection whose user keeps fewer than INSPECTORS_SHARE threads busy.
 * Returns NULL if there is none. */
static struct inspection *take_inspection(struct inspectors *inspectors)
{
	struct inspection *next;

	TAILQ_FOREACH (next, &inspectors->waiting, link)
		if (count_busy(inspectors, next->user) < INSPECTORS_SHARE)
			break;
	if (next)
		TAILQ_REMOVE(&inspectors->waiting, next, link);
	return next;
}

/* Gives the thread a descriptor table of its own with only the descriptors in keep. Linux before
 * 5.9 has no close_range(): there the thread goes on with the table of the process. */
static void keep_few_descriptors(const struct inspectors *inspectors)
{
	const int keep[] = {STDERR_FILENO, inspectors->ended_fd, proc_descriptor(),
			    inspectors->sight.newest_fd};
	unsigned from = 0, next;

	do {
		next = UINT_MAX;
		for (size_t i = 0; i < sizeof(keep) / sizeof(keep[0]); i++)
			if (keep[i] >= 0 && (unsigned)keep[i] >= from && (unsigned)keep[i] < next)
				next = (unsigned)keep[i];
		if (next > from && close_range(from, next - 1, CLOSE_RANGE_UNSHARE) < 0)
			return;
		from = next + 1;
	} while (next != UINT_MAX);
}

static void judge_inspection(struct inspector *inspector, struct inspection *inspection)
{
	struct inspectors *inspectors = inspector->inspectors;
	const struct patience patience = {
		.until_ms = inspection->begun_ms + INSPECTION_MS - RETURN_MS,
		.is_over = &inspectors->is_over,
		.at = &inspector->at,
		.stuck = inspectors->stuck_at,
		.n_stuck = INSPECTORS_MAX,
	};

	writers_judge(&inspectors->sight, &patience, &inspection->close, &inspection->verdict);
}

void inspectors_wake_loop(const struct inspectors *inspectors)
{
	const uint64_t one = 1;

	while (write(inspectors->ended_fd, &one, sizeof(one)) < 0 && errno == EINTR)
		;
}

static void *run_inspector(void *data)
{
	struct inspector *inspector = data;
	struct inspectors *inspectors = inspector->inspectors;

	prctl(PR_SET_NAME, "cocfs-inspector");
	keep_few_descriptors(inspectors);
	pthread_mutex_lock(&inspectors->lock);
	while (!atomic_load(&inspectors->is_over)) {
		struct inspection *next = take_inspection(inspectors);

		if (!next) {
			pthread_cond_wait(&inspectors->wake, &inspectors->lock);
			continue;
		}
		inspector->current = next;
		next->stage = STAGE_RUNNING;
		pthread_mutex_unlock(&inspectors->lock);
		judge_inspection(inspector, next);
		pthread_mutex_lock(&inspectors->lock);
		inspector->current = NULL;
		inspector->is_stuck = false;
		atomic_store(&inspectors->stuck_at[inspector - inspectors->threads], 0);
		next->stage = STAGE_ENDED;
		TAILQ_INSERT_TAIL(&inspectors->ended, next, link);
		inspectors_wake_loop(inspectors);
	}
	pthread_mutex_unlock(&inspectors->lock);
	return NULL;
}

int inspector_start(struct inspectors *inspectors, struct inspector *inspector)
{
	int r;

	inspector->inspectors = inspectors;
	r = thread_start(STACK_SIZE, run_inspector, inspector, &inspector->thread);
	inspector->is_started = r == 0;
	return r;
}
