/* SPDX-License-Identifier: MIT */
/*
 * Two counters in the kernel (eventfd) carry the work to the thread and its end back; what lies between
 * the write to one and the read of it is ordered by that. Closing down, the thread is told by a number
 * that no sync has.
 */
#define _GNU_SOURCE
#include "submit/sync_thread.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define WORD_SYNC 1
#define WORD_END 2 /* also after a word to sync: then both are in one number */

#define STACK_SIZE (1 << 16) /* a thread that only makes system calls */

struct syncer {
	int fd, word_fd, end_fd;
	int result; /* of the last sync, -errno: written by the thread before it says so */
	pthread_t thread;
	struct loop_watch watch;
	void (*done)(void *data, int r);
	void *data;
};

static void *work(void *data)
{
	struct syncer *syncer = data;
	uint64_t word = 0;
	const uint64_t one = 1;

	while (!(word & WORD_END)) {
		if (read(syncer->word_fd, &word, sizeof(word)) != sizeof(word))
			continue; /* interrupted: nobody signals it, a debugger may stop it */
		if (!(word & WORD_SYNC))
			continue;
		syncer->result = fdatasync(syncer->fd) < 0 ? -errno : 0;
		while (write(syncer->end_fd, &one, sizeof(one)) < 0 && errno == EINTR)
			;
	}
	return NULL;
}

static void on_end(void *data, uint32_t events)
{
	struct syncer *syncer = data;
	uint64_t ends;

	(void)events;
	if (read(syncer->end_fd, &ends, sizeof(ends)) == sizeof(ends))
		syncer->done(syncer->data, syncer->result);
}

static int start_thread(struct syncer *syncer)
{
	pthread_attr_t attr;
	int errnum = pthread_attr_init(&attr);

	if (errnum)
		return -errnum;
	pthread_attr_setstacksize(&attr, STACK_SIZE); /* or the default */
	errnum = pthread_create(&syncer->thread, &attr, work, syncer);
	pthread_attr_destroy(&attr);
	return -errnum;
}

static void close_all(struct syncer *syncer)
{
	loop_unwatch(&syncer->watch);
	if (syncer->word_fd >= 0)
		close(syncer->word_fd);
	if (syncer->end_fd >= 0)
		close(syncer->end_fd);
	close(syncer->fd);
	free(syncer);
}

int syncer_create(struct loop *loop, int take_fd, void (*done)(void *data, int r), void *data,
		  struct syncer **ret_syncer)
{
	struct syncer *syncer = calloc(1, sizeof(*syncer));
	int r;

	if (!syncer) {
		close(take_fd);
		return -ENOMEM;
	}
	*syncer = (struct syncer){.fd = take_fd, .done = done, .data = data};
	syncer->word_fd = eventfd(0, EFD_CLOEXEC);
	syncer->end_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	r = syncer->word_fd < 0 || syncer->end_fd < 0 ? -errno : 0;
	if (r == 0)
		r = loop_watch(loop, &syncer->watch, syncer->end_fd, EPOLLIN, on_end, syncer);
	if (r == 0)
		r = start_thread(syncer);
	if (r < 0) {
		close_all(syncer);
		return r;
	}
	*ret_syncer = syncer;
	return 0;
}

static int say(struct syncer *syncer, uint64_t word)
{
	ssize_t n;

	do
		n = write(syncer->word_fd, &word, sizeof(word));
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : 0;
}

int syncer_begin(struct syncer *syncer)
{
	return say(syncer, WORD_SYNC);
}

void syncer_destroy(struct syncer *syncer)
{
	if (!syncer)
		return;
	if (say(syncer, WORD_END) == 0)
		pthread_join(syncer->thread, NULL);
	close_all(syncer);
}
