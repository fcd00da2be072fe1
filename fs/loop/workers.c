/* SPDX-License-Identifier: MIT */
/*
 * Work that may wait for the disk, for as long as a caller chooses: a sync of gigabytes, the
 * removal of a big file. The loop hands it to a thread and goes on.
 *
 * A job that does not run is in one of three lists:
 *
 *   its user's queue   waits for a thread, in the order of arrival
 *   ready              a thread is reserved, which takes the job when it wakes up
 *   finished           the loop is about to call its done function
 *
 * Only the loop decides which job is next, so users' queues and shares need no lock. The loop and
 * the threads share the lists ready and finished, under one mutex. An eventfd wakes the loop.
 *
 * Threads follow the rule of shares.h: a user whose jobs run in several threads leaves as many
 * threads free for others. So a user whose jobs wait for a slow disk does not block the jobs of
 * other users. The queues of users are served in turn.
 *
 * A thread is started when there is a job for it, and stays. If no thread can be started, the loop
 * does the job itself, and everybody waits meanwhile.
 */
#define _GNU_SOURCE
#include "loop/workers.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/log.h"
#include "base/shares.h"
#include "base/thread.h"

#define STACK_SIZE (1 << 16) /* small: a thread only makes system calls */

STAILQ_HEAD(job_list, worker_job);

/* The jobs of one user that wait for a thread; never empty. */
struct user_queue {
	uid_t user;
	struct job_list jobs;
	TAILQ_ENTRY(user_queue) link;
};

struct workers {
	struct loop *loop;
	struct loop_watch watch;
	int done_fd;			 /* the eventfd: a thread has finished a job */
	struct shares threads, jobs;	 /* users' shares of WORKERS_MAX and WORKER_JOBS_MAX */
	TAILQ_HEAD(, user_queue) queues; /* the first queue is served next */
	pthread_t thread[WORKERS_MAX];
	int n_threads;

	pthread_mutex_t lock; /* guards the members below */
	pthread_cond_t wake;
	struct job_list ready, finished;
	bool ending;
};

/* ---- functions that run in a worker thread ---- */

static void tell_loop(struct workers *workers)
{
	const uint64_t one = 1;

	while (write(workers->done_fd, &one, sizeof(one)) < 0 && errno == EINTR)
		;
}

static void *run_thread(void *data)
{
	struct workers *workers = data;
	struct worker_job *job;

	pthread_mutex_lock(&workers->lock);
	for (;;) {
		while (!(job = STAILQ_FIRST(&workers->ready)) && !workers->ending)
			pthread_cond_wait(&workers->wake, &workers->lock);
		if (!job)
			break;
		STAILQ_REMOVE_HEAD(&workers->ready, link);
		pthread_mutex_unlock(&workers->lock);
		job->work(job);
		pthread_mutex_lock(&workers->lock);
		STAILQ_INSERT_TAIL(&workers->finished, job, link);
		tell_loop(workers);
	}
	pthread_mutex_unlock(&workers->lock);
	return NULL;
}

/* ---- functions that run in the loop's thread ---- */

static void start_worker(struct workers *workers)
{
	pthread_t *next = &workers->thread[workers->n_threads];

	if (workers->n_threads < WORKERS_MAX &&
	    thread_start(STACK_SIZE, run_thread, workers, next) == 0)
		workers->n_threads++;
}

static void put_job(struct workers *workers, struct job_list *list, struct worker_job *job)
{
	pthread_mutex_lock(&workers->lock);
	STAILQ_INSERT_TAIL(list, job, link);
	pthread_cond_signal(&workers->wake);
	pthread_mutex_unlock(&workers->lock);
}

/* Gives a job to a thread. If there is no thread for it, the job runs here, and the loop waits for
 * it. */
static void hand_job_over(struct workers *workers, struct worker_job *job)
{
	/* threads.used counts all jobs that were handed over and have not ended, and this job */
	if ((size_t)workers->n_threads < workers->threads.used)
		start_worker(workers);
	if (workers->n_threads && job->has_share) {
		put_job(workers, &workers->ready, job);
		return;
	}
	log_warning("no thread can be had: the loop waits for the disk");
	job->work(job);
	put_job(workers, &workers->finished, job);
	tell_loop(workers);
}

/* Reserves a thread for a job. Returns false if the job has to wait for a thread. A waiting job
 * begins when another job ends. So if no other job is in a thread, returns true even without memory
 * for the share: hand_job_over() then does the job in the loop. */
static bool take_thread(struct workers *workers, struct worker_job *job)
{
	job->has_share = shares_take(&workers->threads, job->user, 1);
	return job->has_share || !workers->threads.used;
}

/* Gives threads to waiting jobs, as long as threads are free. Takes one job of each user, then
 * begins again with the first user. Passes over users whose share of the threads is used up. */
static void serve_jobs(struct workers *workers)
{
	struct user_queue *queue, *next;

	for (queue = TAILQ_FIRST(&workers->queues); queue; queue = next) {
		struct worker_job *job = STAILQ_FIRST(&queue->jobs);

		next = TAILQ_NEXT(queue, link);
		if (!take_thread(workers, job)) {
			if (workers->threads.used == workers->threads.total)
				break;
			continue;
		}
		STAILQ_REMOVE_HEAD(&queue->jobs, link);
		TAILQ_REMOVE(&workers->queues, queue, link);
		if (STAILQ_EMPTY(&queue->jobs)) {
			free(queue);
		} else {
			TAILQ_INSERT_TAIL(&workers->queues, queue, link);
			if (!next)
				next = queue;
		}
		hand_job_over(workers, job);
	}
}

static void finish_job(struct workers *workers, struct worker_job *job)
{
	if (job->has_share)
		shares_give(&workers->threads, job->user, 1);
	shares_give(&workers->jobs, job->user, 1);
	job->done(job);
	stall_next(loop_stall(workers->loop));
}

static void on_jobs_done(void *data, uint32_t events)
{
	struct workers *workers = data;
	struct job_list finished = STAILQ_HEAD_INITIALIZER(finished);
	struct worker_job *job;
	uint64_t count;

	(void)events;
	if (read(workers->done_fd, &count, sizeof(count)) < 0)
		return; /* nothing was written: workers_drain() has taken the jobs already */
	pthread_mutex_lock(&workers->lock);
	STAILQ_CONCAT(&finished, &workers->finished);
	pthread_mutex_unlock(&workers->lock);
	while ((job = STAILQ_FIRST(&finished))) {
		STAILQ_REMOVE_HEAD(&finished, link);
		finish_job(workers, job);
	}
	serve_jobs(workers);
}

void workers_drain(struct workers *workers)
{
	struct pollfd done = {.fd = workers->done_fd, .events = POLLIN};

	while (workers->jobs.used) {
		poll(&done, 1, -1);
		on_jobs_done(workers, EPOLLIN);
	}
}

static struct user_queue *queue_of(struct workers *workers, uid_t user)
{
	struct user_queue *queue;

	TAILQ_FOREACH (queue, &workers->queues, link) {
		if (queue->user == user)
			return queue;
	}
	queue = calloc(1, sizeof(*queue));
	if (!queue)
		return NULL;
	queue->user = user;
	STAILQ_INIT(&queue->jobs);
	TAILQ_INSERT_TAIL(&workers->queues, queue, link);
	return queue;
}

int workers_add(struct workers *workers, struct worker_job *job)
{
	struct user_queue *queue;

	if (!shares_take(&workers->jobs, job->user, 1))
		return -EAGAIN;
	queue = queue_of(workers, job->user);
	if (!queue) {
		shares_give(&workers->jobs, job->user, 1);
		return -EAGAIN;
	}
	STAILQ_INSERT_TAIL(&queue->jobs, job, link);
	serve_jobs(workers);
	return 0;
}

size_t workers_jobs(const struct workers *workers)
{
	return workers->jobs.used;
}

void workers_destroy(struct workers *workers)
{
	if (!workers)
		return;
	pthread_mutex_lock(&workers->lock);
	workers->ending = true;
	pthread_cond_broadcast(&workers->wake);
	pthread_mutex_unlock(&workers->lock);
	for (int i = 0; i < workers->n_threads; i++)
		pthread_join(workers->thread[i], NULL);
	loop_unwatch(&workers->watch);
	if (workers->done_fd >= 0)
		close(workers->done_fd);
	shares_finish(&workers->threads);
	shares_finish(&workers->jobs);
	pthread_cond_destroy(&workers->wake);
	pthread_mutex_destroy(&workers->lock);
	free(workers);
}

int workers_create(struct loop *loop, bool one_user, struct workers **ret_workers)
{
	struct workers *workers = calloc(1, sizeof(*workers));
	int r;

	if (!workers)
		return -ENOMEM;
	workers->loop = loop;
	TAILQ_INIT(&workers->queues);
	STAILQ_INIT(&workers->ready);
	STAILQ_INIT(&workers->finished);
	shares_init(&workers->threads, WORKERS_MAX, one_user);
	shares_init(&workers->jobs, WORKER_JOBS_MAX, one_user);
	pthread_mutex_init(&workers->lock, NULL);
	pthread_cond_init(&workers->wake, NULL);
	workers->done_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	r = workers->done_fd < 0 ? -errno : 0;
	if (r == 0)
		r = loop_watch(loop, &workers->watch, workers->done_fd, EPOLLIN, on_jobs_done,
			       workers);
	if (r < 0) {
		workers_destroy(workers);
		return r;
	}
	*ret_workers = workers;
	return 0;
}
