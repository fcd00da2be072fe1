/* SPDX-License-Identifier: MIT */
/*
 * To sleep, and to be woken, costs more than all the work for a small request. The processor has to
 * leave its idle state: tens of microseconds, more on a virtual machine. If that processor also
 * gets the interrupts of a disk or a network, these are slower as well. A program that writes a
 * file sends its requests some ten microseconds apart. So while events come that fast, the loop
 * polls for the next event for LOOK_US before it sleeps.
 *
 * The loop learns when polling pays. Each wait that ends within LOOK_US gives credit, each longer
 * wait halves the credit, and without credit the loop does not poll. So an idle loop does not poll.
 * When events begin to come slowly, the loop polls for a few of them, and then no more. Between two
 * polls other threads may use the processor.
 */
#define _GNU_SOURCE
#include "loop/spin.h"

#include <sched.h>

#include "base/clock.h"

#define LOOK_US 100
#define CREDIT_MAX 8

void spin_init(struct spin *spin)
{
	cpu_set_t usable;

	*spin = (struct spin){
		.alone = sched_getaffinity(0, sizeof(usable), &usable) == 0 &&
			 CPU_COUNT(&usable) == 1,
	};
}

int spin_wait(struct spin *spin, int epoll_fd, struct epoll_event *events, int max, int timeout_ms)
{
	bool looking = spin->credit && timeout_ms;
	int64_t begun = clock_monotonic_us();
	int n = epoll_wait(epoll_fd, events, max, looking ? 0 : timeout_ms);

	while (looking && n == 0) {
		looking = clock_monotonic_us() - begun < LOOK_US;
		if (looking)
			sched_yield();
		n = epoll_wait(epoll_fd, events, max, looking ? 0 : timeout_ms);
	}
	if (clock_monotonic_us() - begun >= LOOK_US)
		spin->credit /= 2;
	else if (n > 0 && spin->credit < CREDIT_MAX && !spin->alone)
		spin->credit++;
	return n;
}
