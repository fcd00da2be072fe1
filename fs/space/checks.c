/* SPDX-License-Identifier: MIT */
/*
 * When a process opens or stats a job file, cocfs asks the service whether the job has a newer
 * version (refresh.c). For a process that goes through a large directory cocfs would send one
 * question after the other. One page of the list of jobs has the versions of 100 jobs. So only
 * CHECKS_PER_SECOND files are checked one by one in a second. Beyond that a scan of all jobs
 * begins, and no request waits for it. After the scan a file is checked only if the list has
 * another version than the file.
 *
 * If the service is slow, a process that waits for each answer never makes so many checks in a
 * second. So a scan begins too after CHECKS_PER_SECOND checks in a row, without a pause of
 * ROW_PAUSE_MS. The checks go on until the list is there.
 *
 * A file that is not checked shows the text that is in the spool, which may be old. An edit of that
 * old text cannot overwrite a newer version: each update asks for the newest version itself.
 */
#define _GNU_SOURCE
#include "space/checks.h"

#include "space/bounds.h"
#include "submit/catalogue.h"

/* Two checks with a shorter pause between them are in one row. A slow service answers within this
 * time, so to wait for its answer ends no row. */
#define ROW_PAUSE_MS 5000

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
	space->checks.since_ms = now_ms;
	space->checks.looks = space->checks.questions = 0;
	space->checks.wants_scan = false;
}

/* Begins a scan of all jobs, once a second. catalogue_refresh() does nothing if one was made
 * lately. */
static void want_scan(struct space *space)
{
	struct waiter *waiter = NULL;

	if (space->checks.wants_scan)
		return;
	space->checks.wants_scan = true;
	catalogue_refresh(space->engine, on_scan_done, NULL, &waiter);
}

/* Counts one more check in *taken, the number of checks in this second. Returns false if *taken is
 * CHECKS_PER_SECOND already; then begins a scan. */
static bool take_check(struct space *space, unsigned *taken)
{
	if (*taken < CHECKS_PER_SECOND) {
		++*taken;
		return true;
	}
	want_scan(space);
	return false;
}

/* Counts one more question in the row. Begins a scan if the row is longer than
 * CHECKS_PER_SECOND. */
static void count_in_row(struct space *space)
{
	const int64_t now_ms = loop_now_ms(space->loop);

	if (now_ms >= space->checks.asked_ms + ROW_PAUSE_MS)
		space->checks.in_a_row = 0;
	space->checks.asked_ms = now_ms;
	if (space->checks.in_a_row < CHECKS_PER_SECOND)
		space->checks.in_a_row++;
	else
		want_scan(space);
}

bool checks_take_look(struct space *space)
{
	begin_second(space);
	return take_check(space, &space->checks.looks);
}

bool checks_take_question(struct space *space)
{
	begin_second(space);
	if (!take_check(space, &space->checks.questions))
		return false;
	count_in_row(space);
	return true;
}
