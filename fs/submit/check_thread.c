/* SPDX-License-Identifier: MIT */
/*
 * The check of the ledger reads and calculates as fast as it can, for seconds. So its thread has a
 * lower priority than the loop and the writers. The thread writes to an eventfd when the check has
 * ended, and the loop reads it. No lock is needed for the result: the thread sets it before the
 * write to the eventfd, and the loop uses it after the read.
 */
#define _GNU_SOURCE
#include "submit/check_thread.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/thread.h"

/* enough for SQLite's check, which goes down a tree at most 20 pages deep */
#define STACK_SIZE (1 << 19)
#define NICE 10 /* niceness: the thread gets about a tenth of a processor that others want, too */

struct check_thread {
	struct ledger_check *check;
	int end_fd;
	int result; /* result of ledger_check_run(): set before the write to end_fd */
	struct err err;
	pthread_t thread;
	struct loop_watch watch;
	check_thread_done_fn *done;
	void *data;
};

static void *check_in_thread(void *data)
{
	struct check_thread *check_thread = data;
	const uint64_t one = 1;

	setpriority(PRIO_PROCESS, (id_t)gettid(), NICE);
	check_thread->result = ledger_check_run(check_thread->check, &check_thread->err);
	while (write(check_thread->end_fd, &one, sizeof(one)) < 0 && errno == EINTR)
		;
	return NULL;
}

static void on_end(void *data, uint32_t events)
{
	struct check_thread *check_thread = data;
	uint64_t ends;

	(void)events;
	if (read(check_thread->end_fd, &ends, sizeof(ends)) == sizeof(ends))
		check_thread->done(check_thread->data, check_thread->result, &check_thread->err);
}

static void close_thread(struct check_thread *check_thread)
{
	loop_unwatch(&check_thread->watch);
	if (check_thread->end_fd >= 0)
		close(check_thread->end_fd);
	free(check_thread);
}

int check_thread_create(struct loop *loop, struct ledger_check *check, check_thread_done_fn *done,
			void *data, struct check_thread **ret_check_thread)
{
	struct check_thread *check_thread = calloc(1, sizeof(*check_thread));
	int r;

	if (!check_thread)
		return -ENOMEM;
	check_thread->check = check;
	check_thread->done = done;
	check_thread->data = data;
	check_thread->end_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	r = check_thread->end_fd < 0 ? -errno : 0;
	if (r == 0)
		r = loop_watch(loop, &check_thread->watch, check_thread->end_fd, EPOLLIN, on_end,
			       check_thread);
	if (r == 0)
		r = thread_start(STACK_SIZE, check_in_thread, check_thread, &check_thread->thread);
	if (r < 0) {
		close_thread(check_thread);
		return r;
	}
	*ret_check_thread = check_thread;
	return 0;
}

void check_thread_destroy(struct check_thread *check_thread)
{
	if (!check_thread)
		return;
	ledger_check_stop(check_thread->check);
	pthread_join(check_thread->thread, NULL);
	close_thread(check_thread);
}
