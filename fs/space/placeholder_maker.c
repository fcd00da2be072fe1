/* SPDX-License-Identifier: MIT */
/*
 * A thread makes the placeholders of some thousand names, one after the other. For 50,000 of them
 * the disk takes a second. Meanwhile the loop serves requests.
 *
 * The loop and the thread can get in each other's way in one case. An import has a name already,
 * and its placeholder is not made yet. Now a user makes a file of that name, and the name becomes
 * the user's. If the thread then made the placeholder, an empty file of cocfs would stand in the
 * user's place. So before the loop looks whether a name is free, it stops the thread and waits for
 * the one file that the thread is making. That takes some ten microseconds, as if the loop made
 * that file itself.
 */
#define _GNU_SOURCE
#include "space/placeholder_maker.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "loop/workers.h"

struct placeholder_maker {
	struct worker_job job;
	struct space *space;
	bool is_busy; /* the job was added and has not ended */
	void (*done)(void *data, size_t tried, int result);
	void *data;
	/* while is_busy, only the thread uses the next four */
	int dirfd;
	const char *names;
	size_t size;
	int result;

	pthread_mutex_t lock; /* protects all members below */
	pthread_cond_t made;  /* signalled when is_making ends */
	bool is_making;	      /* the thread is making a file at this moment */
	bool is_stopped;      /* the thread must make no further file */
	size_t tried;	      /* how many bytes of names were tried */
};

static struct placeholder_maker *maker_of(struct worker_job *job)
{
	return (struct placeholder_maker *)((char *)job - offsetof(struct placeholder_maker, job));
}

/* ---- the thread makes the files ---- */

/* May the thread make the next file? No if the loop has stopped it, or no name is left. If yes,
 * is_making is true until end_file(), and placeholder_maker_make_way() waits for that. */
static bool begin_file(struct placeholder_maker *maker)
{
	pthread_mutex_lock(&maker->lock);
	maker->is_making = !maker->is_stopped && maker->tried < maker->size;
	pthread_mutex_unlock(&maker->lock);
	return maker->is_making;
}

static void end_file(struct placeholder_maker *maker, size_t size)
{
	pthread_mutex_lock(&maker->lock);
	maker->is_making = false;
	maker->tried += size;
	pthread_cond_signal(&maker->made);
	pthread_mutex_unlock(&maker->lock);
}

static void work_make_placeholders(struct worker_job *job)
{
	struct placeholder_maker *maker = maker_of(job);

	while (maker->result == 0 && begin_file(maker)) {
		const char *name = maker->names + maker->tried;

		if (mknodat(maker->dirfd, name, S_IFREG | 0600, 0) < 0 && errno != EEXIST)
			maker->result = -errno;
		end_file(maker, maker->result < 0 ? 0 : strlen(name) + 1);
	}
}

/* ---- the loop begins and stops the thread ---- */

static void on_placeholders_made(struct worker_job *job)
{
	struct placeholder_maker *maker = maker_of(job);
	void (*done)(void *data, size_t tried, int result) = maker->done;

	maker->is_busy = false;
	maker->done = NULL;
	if (done)
		done(maker->data, maker->tried, maker->result);
}

int placeholder_maker_begin(struct placeholder_maker *maker, const char *names, size_t size,
			    void (*done)(void *data, size_t tried, int result), void *data)
{
	int r;

	if (maker->is_busy)
		return -EBUSY;
	maker->job = (struct worker_job){.work = work_make_placeholders,
					 .done = on_placeholders_made,
					 .user = maker->space->uid};
	maker->dirfd = maker->space->nodes.root.fd;
	maker->names = names;
	maker->size = size;
	maker->result = 0;
	maker->is_stopped = false;
	maker->tried = 0;
	maker->done = done;
	maker->data = data;
	r = workers_add(maker->space->workers, &maker->job);
	maker->is_busy = r == 0;
	return r;
}

void placeholder_maker_make_way(struct placeholder_maker *maker)
{
	if (!maker->is_busy)
		return;
	pthread_mutex_lock(&maker->lock);
	maker->is_stopped = true;
	while (maker->is_making)
		pthread_cond_wait(&maker->made, &maker->lock);
	pthread_mutex_unlock(&maker->lock);
}

size_t placeholder_maker_stop(struct placeholder_maker *maker)
{
	placeholder_maker_make_way(maker);
	maker->done = NULL;
	return maker->tried;
}

int placeholder_maker_create(struct space *space, struct placeholder_maker **ret_maker)
{
	struct placeholder_maker *maker = calloc(1, sizeof(*maker));

	if (!maker)
		return -ENOMEM;
	maker->space = space;
	pthread_mutex_init(&maker->lock, NULL);
	pthread_cond_init(&maker->made, NULL);
	*ret_maker = maker;
	return 0;
}

void placeholder_maker_destroy(struct placeholder_maker *maker)
{
	if (!maker)
		return;
	pthread_cond_destroy(&maker->made);
	pthread_mutex_destroy(&maker->lock);
	free(maker);
}
