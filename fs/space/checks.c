/* SPDX-License-Identifier: MIT */
/*
 * When a process opens or stats a job file, cocfs asks the service whether the job has a newer
 * version (refresh.c). For a process that goes through a large directory cocfs would send one
 * question after the other. One page of the list of jobs has the versions of 100 jobs. So only
 * CHECKS_PER_SECOND files are checked one by one in a second. Beyond that a scan of all jobs
 * begins, and no request waits for it. After the scan a file is checked only if the list has
 * another version than the file.
 *
 * A file that is not checked shows the text that is in the spool, which may be old. An edit of that
 * old text cannot overwrite a newer version: each update asks for the newest version itself.
 */
#define _GNU_SOURCE
#include "space/checks.h"

#include "space/bounds.h"
#include "submit/catalogue.h"

static void on_scan_done(void *data, int result)
{
	(void)data;
	(void)result;
}

static void begin_second(struct space *space)
{
	const int64_t now_ms = loop_now_ms(space->loop);

	if (now_ms < space->checks.since_ms + 1000)
		return;
	space->checks = (struct checks){.since_ms = now_ms};
}

/* Counts one more check in *taken, the number of checks in this second. Returns false if *taken is
 * CHECKS_PER_SECOND already; then begins a scan of all jobs, once a second. */
static bool take_check(struct space *space, unsigned *taken)
{
	struct waiter *waiter = NULL;

	if (*taken < CHECKS_PER_SECOND) {
		++*taken;
		return true;
	}
	if (!space->checks.wants_scan) {
		space->checks.wants_scan = true;
		catalogue_refresh(space->engine, on_scan_done, NULL, &waiter);
	}
	return false;
}

bool checks_take_look(struct space *space)
{
	begin_second(space);
	return take_check(space, &space->checks.looks);
}

bool checks_take_question(struct space *space)
{
	begin_second(space);
	return take_check(space, &space->checks.questions);
}
