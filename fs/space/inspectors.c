/* SPDX-License-Identifier: MIT */
/*
 * Why threads, and not the loop, look at other processes when a file is closed.
 *
 * Another process decides how long it takes to read its /proc/PID/fdinfo. For a process with 15,000
 * descriptors it takes 75 ms. A single descriptor that watches 20,000 files (inotify) takes 80 ms.
 * And a read can take for ever. To show an epoll descriptor, the kernel takes the lock of the
 * epoll. A user can mount a FUSE file system that never answers POLL, and add a file of it to an
 * epoll. Then epoll_ctl() waits for ever, and holds the lock. A thread that reads the fdinfo waits
 * for the lock, and no signal can kill the thread. If the loop read it, one user could stop the
 * mount for all.
 *
 * So INSPECTORS_MAX threads look, and one user may keep INSPECTORS_SHARE of them busy. A close
 * waits INSPECTION_MS for a thread's verdict. After that the loop judges by the closing process
 * alone (writers_judge_blindly()). A thread that does not return from a process is stuck. Nothing
 * waits for a stuck thread, and no other thread looks at that process. The thread serves again when
 * it returns. If all threads are stuck, no look begins any more.
 *
 * To hand a close to a thread and back takes 20 to 30 µs more than to judge the close in the loop.
 * Meanwhile the loop serves other requests.
 *
 * Each thread has a descriptor table of its own, which holds only the descriptors that the thread
 * needs. So a stuck thread does not keep the mount, the ledger or the lock of the state directory
 * open when the main thread ends. And a thread can look even if the mount has no descriptors left.
 */
#define _GNU_SOURCE
#include "space/inspectors_private.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

/* how long inspectors_destroy() waits for the threads; only a stuck thread needs longer */
#define JOIN_MS 200

/* The inspectors that a stuck thread may still use when the program ends. They are never freed, and
 * this pointer keeps them reachable. */
static struct inspectors *volatile left;

/* Can any thread serve this user, now or later? No, if all threads that have started are stuck (or
 * none has started), or if INSPECTORS_SHARE threads are stuck with closes of this user. */
static bool can_serve_user(const struct inspectors *inspectors, uid_t user)
{
	unsigned started = 0, stuck = 0, stuck_of_user = 0;

	for (int i = 0; i < INSPECTORS_MAX; i++) {
		const struct inspector *inspector = &inspectors->threads[i];

		started += inspector->is_started;
		stuck += inspector->is_stuck;
		stuck_of_user += inspector->is_stuck && inspector->current->user == user;
	}
	return stuck < started && stuck_of_user < INSPECTORS_SHARE;
}

/* Wakes an idle thread. If there is none, starts one more thread, if there are fewer than
 * INSPECTORS_MAX. Hold the lock. */
static void call_thread(struct inspectors *inspectors)
{
	struct inspector *unstarted = NULL;

	for (int i = 0; i < INSPECTORS_MAX; i++) {
		struct inspector *inspector = &inspectors->threads[i];

		if (!inspector->is_started) {
			unstarted = inspector;
		} else if (!inspector->current) {
			pthread_cond_signal(&inspectors->wake);
			return;
		}
	}
	if (unstarted)
		/* if it fails, the running threads take the inspection when they are done */
		inspector_start(inspectors, unstarted);
}

/* ---- the loop ---- */

/* Marks the thread that judges an inspection as stuck: it has not returned in time, and may never
 * return. Hold the lock. */
static void note_stuck(struct inspectors *inspectors, const struct inspection *inspection)
{
	for (int i = 0; i < INSPECTORS_MAX; i++) {
		struct inspector *inspector = &inspectors->threads[i];

		if (inspector->current != inspection)
			continue;
		inspector->is_stuck = true;
		atomic_store(&inspectors->stuck_at[i], atomic_load(&inspector->at));
		log_error("process %d blocks a look at its descriptors; end that process, or some "
			  "closes will be judged without a look at other processes",
			  (int)atomic_load(&inspector->at));
	}
}

/* Takes an inspection out of the list inspectors->ended, and returns it: the inspection `which`, or
 * the first of the list if which is NULL. Returns NULL if which has not ended, or if the list is
 * empty. */
static struct inspection *take_ended(struct inspectors *inspectors, struct inspection *which)
{
	struct inspection *inspection;

	pthread_mutex_lock(&inspectors->lock);
	inspection = which ? which : TAILQ_FIRST(&inspectors->ended);
	if (inspection && inspection->stage != STAGE_ENDED)
		inspection = NULL;
	if (inspection)
		TAILQ_REMOVE(&inspectors->ended, inspection, link);
	pthread_mutex_unlock(&inspectors->lock);
	return inspection;
}

/* Calls done with the verdict of an inspection that has ended, unless it was dropped, and frees
 * it. */
static void finish_inspection(struct inspection *inspection)
{
	loop_timer_cancel(&inspection->timer);
	if (inspection->done)
		inspection->done(inspection->data, &inspection->verdict);
	free(inspection);
}

static void on_time_up(void *data)
{
	struct inspection *inspection = data;
	struct inspectors *inspectors = inspection->inspectors;
	void (*done)(void *data, const struct writers_verdict *verdict) = inspection->done;
	void *done_data = inspection->data;

	/* the inspection may have ended in time, but stand behind many others in the list */
	if (take_ended(inspectors, inspection)) {
		finish_inspection(inspection);
		return;
	}
	pthread_mutex_lock(&inspectors->lock);
	if (inspection->stage == STAGE_RUNNING)
		note_stuck(inspectors, inspection);
	pthread_mutex_unlock(&inspectors->lock);
	if (done) {
		inspection_drop(inspection);
		done(done_data, NULL);
	}
}

/* The loop's callback when threads have ended inspections. Calls done for each. Hundreds of
 * inspections may have ended, and each may begin a commit. So when the iteration gets long, the
 * others wait for the next iteration. */
static void on_ended(void *data, uint32_t events)
{
	struct inspectors *inspectors = data;
	struct inspection *inspection;
	uint64_t n;

	(void)events;
	if (read(inspectors->ended_fd, &n, sizeof(n)) != sizeof(n))
		return;
	while ((inspection = take_ended(inspectors, NULL))) {
		finish_inspection(inspection);
		stall_next(loop_stall(inspectors->loop));
		if (loop_is_long(inspectors->loop)) {
			inspectors_wake_loop(inspectors);
			return;
		}
	}
}

struct inspection *inspection_begin(struct inspectors *inspectors,
				    const struct writers_close *close, uid_t user,
				    void (*done)(void *data, const struct writers_verdict *verdict),
				    void *data)
{
	struct inspection *inspection = calloc(1, sizeof(*inspection));
	bool begun;

	if (!inspection)
		return NULL;
	*inspection = (struct inspection){.inspectors = inspectors,
					  .close = *close,
					  .user = user,
					  .begun_ms = clock_monotonic_ms(),
					  .done = done,
					  .data = data};
	pthread_mutex_lock(&inspectors->lock);
	call_thread(inspectors);
	begun = can_serve_user(inspectors, user);
	if (begun)
		TAILQ_INSERT_TAIL(&inspectors->waiting, inspection, link);
	pthread_mutex_unlock(&inspectors->lock);
	if (!begun) {
		free(inspection);
		return NULL;
	}
	loop_timer_set(inspectors->loop, &inspection->timer,
		       loop_now_ms(inspectors->loop) + INSPECTION_MS, on_time_up, inspection);
	return inspection;
}

void inspection_drop(struct inspection *inspection)
{
	struct inspectors *inspectors = inspection->inspectors;
	bool is_waiting;

	pthread_mutex_lock(&inspectors->lock);
	is_waiting = inspection->stage == STAGE_WAITING;
	if (is_waiting)
		TAILQ_REMOVE(&inspectors->waiting, inspection, link);
	pthread_mutex_unlock(&inspectors->lock);
	inspection->done = NULL;
	if (!is_waiting)
		/* a thread uses the inspection, or has just ended it: finish_inspection() will free
		 * it. The timer keeps running, to report a thread that gets stuck */
		return;
	loop_timer_cancel(&inspection->timer);
	free(inspection);
}

/* ---- to make and to destroy the inspectors ---- */

int inspectors_create(struct loop *loop, const struct sight *sight,
		      struct inspectors **ret_inspectors)
{
	struct inspectors *inspectors = calloc(1, sizeof(*inspectors));
	int r;

	if (!inspectors)
		return -ENOMEM;
	inspectors->loop = loop;
	inspectors->sight = *sight;
	TAILQ_INIT(&inspectors->waiting);
	TAILQ_INIT(&inspectors->ended);
	pthread_mutex_init(&inspectors->lock, NULL);
	pthread_cond_init(&inspectors->wake, NULL);
	inspectors->ended_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	r = inspectors->ended_fd < 0 ? -errno : 0;
	if (r == 0)
		r = loop_watch(loop, &inspectors->watch, inspectors->ended_fd, EPOLLIN, on_ended,
			       inspectors);
	if (r < 0) {
		if (inspectors->ended_fd >= 0)
			close(inspectors->ended_fd);
		free(inspectors);
		return r;
	}
	*ret_inspectors = inspectors;
	return 0;
}

/* Waits for all threads to end, for at most JOIN_MS together. Returns false if a thread has not
 * ended: then do not free inspectors, because the thread still uses them. */
static bool join_threads(struct inspectors *inspectors)
{
	struct timespec until;
	bool all = true;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += JOIN_MS * 1000000L;
	until.tv_sec += until.tv_nsec / 1000000000L;
	until.tv_nsec %= 1000000000L;
	for (int i = 0; i < INSPECTORS_MAX; i++)
		if (inspectors->threads[i].is_started &&
		    pthread_timedjoin_np(inspectors->threads[i].thread, NULL, &until) != 0)
			all = false;
	return all;
}

static void free_inspections(struct inspections *inspections)
{
	struct inspection *inspection;

	while ((inspection = TAILQ_FIRST(inspections))) {
		TAILQ_REMOVE(inspections, inspection, link);
		loop_timer_cancel(&inspection->timer);
		free(inspection);
	}
}

void inspectors_destroy(struct inspectors *inspectors)
{
	bool all_ended;

	if (!inspectors)
		return;
	loop_unwatch(&inspectors->watch);
	pthread_mutex_lock(&inspectors->lock);
	atomic_store(&inspectors->is_over, true);
	pthread_cond_broadcast(&inspectors->wake);
	for (int i = 0; i < INSPECTORS_MAX; i++)
		if (inspectors->threads[i].current)
			loop_timer_cancel(&inspectors->threads[i].current->timer);
	free_inspections(&inspectors->waiting);
	pthread_mutex_unlock(&inspectors->lock);
	all_ended = join_threads(inspectors);
	pthread_mutex_lock(&inspectors->lock);
	free_inspections(&inspectors->ended);
	pthread_mutex_unlock(&inspectors->lock);
	if (!all_ended) {
		left = inspectors;
		return;
	}
	close(inspectors->ended_fd);
	pthread_cond_destroy(&inspectors->wake);
	pthread_mutex_destroy(&inspectors->lock);
	free(inspectors);
}
