/* SPDX-License-Identifier: MIT */
/*
 * A program that reads one import after the other (grep -r, cp -r, tar) would wait for the service
 * at each. So from the third in a row on, others are fetched before the program comes to them.
 *
 * In which order a program reads is not known: by name, by inode, as the directory lists. So
 * imports are fetched by name, from the third one on and then from the beginning, and the program
 * soon finds them there in any order. Each one that it has to wait for lets IMPORT_AHEAD_MAX more
 * be fetched. So who reads three files has 64 fetched in vain at most, and who reads 1,000
 * waits for some dozens.
 *
 * At most IMPORT_AHEAD_MAX are under way, and only as long as questions begin at once (show.h): so
 * commits, and those who wait for a content, go first. The first error ends it.
 */
#define _GNU_SOURCE
#include "space/import_ahead.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "space/bounds.h"
#include "space/import_fetch.h"
#include "submit/imports.h"
#include "submit/show.h"

static void look_ahead(void *data);

static void look_ahead_soon(struct space *space)
{
	loop_timer_set(space->loop, &space->ahead.timer, loop_now_ms(space->loop) + 1, look_ahead,
		       space);
}

void import_ahead_stop(struct space *space)
{
	struct import_ahead *ahead = &space->ahead;

	loop_timer_cancel(&ahead->timer);
	ahead->in_row = ahead->budget = 0;
}

/* May one more be begun? */
static bool may_begin(const struct space *space)
{
	const struct import_ahead *ahead = &space->ahead;

	return ahead->budget && ahead->under_way < IMPORT_AHEAD_MAX &&
	       show_begins_at_once(space->engine);
}

/* Fetches an import, if that was not done and may be done now. 0, or -EAGAIN to stop here. */
static int begin_ahead(void *data, const struct import_record *import)
{
	struct space *space = data;
	struct import_ahead *ahead = &space->ahead;
	int r = 0;

	if (!import->version && !may_begin(space))
		return -EAGAIN;
	ahead->looked_at++;
	snprintf(ahead->at, sizeof(ahead->at), "%s", import->name);
	if (!import->version)
		r = import_fetch_ahead(space, import->name);
	if (r > 0) {
		ahead->under_way++;
		ahead->budget--;
	}
	return r < 0 ? r : 0;
}

/* The timer's callback: begins as many as may be begun, of the next names. */
static void look_ahead(void *data)
{
	struct space *space = data;
	struct import_ahead *ahead = &space->ahead;
	int r;

	if (!may_begin(space))
		return; /* the end of a fetch, or the next who waits, goes on */
	ahead->looked_at = 0;
	r = imports_walk(space->engine, ahead->at, IMPORT_AHEAD_LOOKED_AT, begin_ahead, space);
	if (r < 0 && r != -EAGAIN) {
		import_ahead_stop(space);
	} else if (r == 0 && ahead->looked_at == IMPORT_AHEAD_LOOKED_AT) {
		look_ahead_soon(space);
	} else if (r == 0 && !ahead->is_around) {
		ahead->is_around = true; /* on from the beginning */
		ahead->at[0] = '\0';
		look_ahead_soon(space);
	}
}

void import_ahead_note(struct space *space, const char *name)
{
	struct import_ahead *ahead = &space->ahead;
	const int64_t now_ms = loop_now_ms(space->loop);

	if (now_ms - ahead->last_ms > IMPORT_AHEAD_PAUSE_MS)
		import_ahead_stop(space);
	ahead->last_ms = now_ms;
	if (++ahead->in_row < IMPORT_AHEAD_AFTER)
		return;
	if (ahead->in_row == IMPORT_AHEAD_AFTER) {
		snprintf(ahead->at, sizeof(ahead->at), "%s", name);
		ahead->is_around = false;
	}
	ahead->budget += IMPORT_AHEAD_MAX;
	look_ahead_soon(space);
}

void import_ahead_end(struct space *space, int result)
{
	struct import_ahead *ahead = &space->ahead;

	ahead->under_way--;
	/* what a user has removed meanwhile says nothing of the others */
	if (result < 0 && result != -ESTALE && result != -ENOENT)
		import_ahead_stop(space);
	else if (ahead->budget)
		look_ahead_soon(space);
}
