/* SPDX-License-Identifier: MIT */
/*
 * An import is a job that no path of the ledger has, shown as a file. A program that reads one
 * import after the other (grep -r, cp -r, tar) would wait for the service at each. So when the
 * program waits for its third import in a row, cocfs begins to fetch others before the program
 * comes to them.
 *
 * A program may read in any order: by name, by inode, as the directory lists. So cocfs fetches
 * imports in the order of their names, beginning behind the third import, and after the last name
 * goes on with the first. The program soon finds fetched imports, in any order. Each import that
 * the program has to wait for lets IMPORT_AHEAD_MAX more be fetched. So a program that reads three
 * files causes at most 64 fetches in vain, and a program that reads 1,000 waits for some dozens.
 *
 * At most IMPORT_AHEAD_MAX fetches ahead are under way. A new one begins only while a question to
 * the service would be sent without a wait (show_begins_at_once()). So commits, and requests that
 * wait for a content, go first. The first error stops fetching ahead.
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

/* May one more fetch ahead begin now? No, if the budget is used up, if IMPORT_AHEAD_MAX are under
 * way, or if other questions wait. */
static bool may_begin(const struct space *space)
{
	const struct import_ahead *ahead = &space->ahead;

	return ahead->budget && ahead->under_way < IMPORT_AHEAD_MAX &&
	       show_begins_at_once(space->engine);
}

/* imports_walk() calls this for each import, in the order of names. Begins to fetch the import's
 * text if it was never fetched. Returns 0: go on; -EAGAIN: stop, because no further fetch may begin
 * now, and the next walk begins with this import; or another -errno. */
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

/* A timer's callback. Begins to fetch imports behind the name that was looked at last (ahead->at),
 * as many as may_begin() allows. Looks at IMPORT_AHEAD_LOOKED_AT names at most, and then sets the
 * timer again. After the last name goes on with the first name, once. An error stops the fetching
 * ahead. */
static void look_ahead(void *data)
{
	struct space *space = data;
	struct import_ahead *ahead = &space->ahead;
	int r;

	if (!may_begin(space))
		return; /* the end of a fetch, or the next request that waits, calls this again */
	ahead->looked_at = 0;
	r = imports_walk(space->engine, ahead->at, IMPORT_AHEAD_LOOKED_AT, begin_ahead, space);
	if (r < 0 && r != -EAGAIN) {
		import_ahead_stop(space);
	} else if (r == 0 && ahead->looked_at == IMPORT_AHEAD_LOOKED_AT) {
		look_ahead_soon(space);
	} else if (r == 0 && !ahead->is_around) {
		ahead->is_around = true; /* go on from the first name */
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
	/* an import that a user has removed meanwhile is no reason to stop */
	if (result < 0 && result != -ESTALE && result != -ENOENT)
		import_ahead_stop(space);
	else if (ahead->budget)
		look_ahead_soon(space);
}
