/* SPDX-License-Identifier: MIT */
/*
 * Two eventfds connect the loop and the thread. word_fd carries the work to the thread, and end_fd
 * carries the end of a sync back. No lock is needed: each side sets its data before it writes to
 * the eventfd. The other side reads the eventfd before it uses the data. At the end
 * sync_thread_destroy() writes WORD_END to word_fd.
 */
#define _GNU_SOURCE
#include "submit/sync_thread.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/thread.h"

#define WORD_SYNC 1
#define WORD_END 2 /* may come together with WORD_SYNC: the eventfd adds both */

#define STACK_SIZE (1 << 16) /* small: the thread only makes system calls */

struct sync_thread {
	int fd, word_fd, end_fd;
	int result; /* result of the last sync, 0 or -errno: set before the write to end_fd */
	pthread_t thread;
	struct loop_watch watch;
	void (*done)(void *data, int r);
	void *data;
};

static void *sync_in_thread(void *data)
{
	struct sync_thread *sync_thread = data;
	uint64_t word = 0;
	const uint64_t one = 1;

	while (!(word & WORD_END)) {
		if (read(sync_thread->word_fd, &word, sizeof(word)) != sizeof(word))
			continue; /* interrupted, by a debugger: no other signal comes here */
		if (!(word & WORD_SYNC))
			continue;
		sync_thread->result = fdatasync(sync_thread->fd) < 0 ? -errno : 0;
		while (write(sync_thread->end_fd, &one, sizeof(one)) < 0 && errno == EINTR)
			;
	}
	return NULL;
}

static void on_end(void *data, uint32_t events)
{
	struct sync_thread *sync_thread = data;
	uint64_t ends;

	(void)events;
	if (read(sync_thread->end_fd, &ends, sizeof(ends)) == sizeof(ends))
		sync_thread->done(sync_thread->data, sync_thread->result);
}

static void close_all(struct sync_thread *sync_thread)
{
	loop_unwatch(&sync_thread->watch);
	if (sync_thread->word_fd >= 0)
		close(sync_thread->word_fd);
	if (sync_thread->end_fd >= 0)
		close(sync_thread->end_fd);
	close(sync_thread->fd);
	free(sync_thread);
}

int sync_thread_create(struct loop *loop, int take_fd, void (*done)(void *data, int r), void *data,
		       struct sync_thread **ret_syncer)
{
	struct sync_thread *sync_thread = calloc(1, sizeof(*sync_thread));
	int r;

	if (!sync_thread) {
		close(take_fd);
		return -ENOMEM;
	}
	*sync_thread = (struct sync_thread){.fd = take_fd, .done = done, .data = data};
	sync_thread->word_fd = eventfd(0, EFD_CLOEXEC);
	sync_thread->end_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	r = sync_thread->word_fd < 0 || sync_thread->end_fd < 0 ? -errno : 0;
	if (r == 0)
		r = loop_watch(loop, &sync_thread->watch, sync_thread->end_fd, EPOLLIN, on_end,
			       sync_thread);
	if (r == 0)
		r = thread_start(STACK_SIZE, sync_in_thread, sync_thread, &sync_thread->thread);
	if (r < 0) {
		close_all(sync_thread);
		return r;
	}
	*ret_syncer = sync_thread;
	return 0;
}

static int say_word(struct sync_thread *sync_thread, uint64_t word)
{
	ssize_t n;

	do
		n = write(sync_thread->word_fd, &word, sizeof(word));
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : 0;
}

int sync_thread_begin(struct sync_thread *sync_thread)
{
	return say_word(sync_thread, WORD_SYNC);
}

void sync_thread_destroy(struct sync_thread *sync_thread)
{
	if (!sync_thread)
		return;
	if (say_word(sync_thread, WORD_END) == 0)
		pthread_join(sync_thread->thread, NULL);
	close_all(sync_thread);
}
