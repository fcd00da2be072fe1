/* SPDX-License-Identifier: MIT */
/*
 * To sleep, and to be woken, costs more than all that is done for a small request: the processor
 * has to leave its idle state, which takes tens of microseconds, on a virtual machine more, and a
 * disk or a network whose interrupt it gets is slower as well. A program that writes a file sends
 * its requests some ten microseconds apart. So while events have been coming that soon, we look for
 * the next one for a short time before we sleep.
 *
 * How often that pays is learned: each wait that is over within that time gives credit, each that
 * was longer halves it, and without credit there is no looking. So one who is idle does not look,
 * and of events that come one by one only the first few are looked for. Between two looks the
 * processor is offered to the others that need it.
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
