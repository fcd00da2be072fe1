/* SPDX-License-Identifier: MIT */
/*
 * The files of imports are made by a thread, one after the other, while the loop gives other jobs
 * their names: both take the same time. If no thread can do it, the loop makes some files in each
 * iteration.
 *
 * A user may take a name whose file was not made yet. Then the thread has to stop first (space does
 * that), so that no file comes to be under a name that is the user's by now. What was not made is
 * begun anew, without the names that the ledger does not have any more.
 */
#define _GNU_SOURCE
#include "submit/making.h"

#include <errno.h>
#include <string.h>

#include "ledger/imports.h"
#include "submit/bounds.h"
#include "submit/imports_state.h"
#include "submit/state.h"

static void make_slice(void *data);

static const struct import_files *files_of(const struct making *making)
{
	return &making->engine->imports->files;
}

static void go_on_making(struct making *making)
{
	loop_timer_next(making->engine->loop, &making->timer, make_slice, making);
}

void making_drop_lost(struct engine *engine, struct buf *names, size_t from)
{
	size_t kept = from;

	for (size_t at = from; at < names->size;) {
		char *name = names->data + at;
		size_t size = strlen(name) + 1;

		at += size;
		if (ledger_import_has_name(engine->ledger, name) <= 0)
			continue;
		memmove(names->data + kept, name, size);
		kept += size;
	}
	names->size = kept;
}

void making_stop(struct making *making)
{
	if (!making->engine)
		return;
	if (making->is_beside)
		making->made += files_of(making)->make_stop(files_of(making)->data);
	making->is_beside = false;
	loop_timer_cancel(&making->timer);
	making->engine = NULL;
}

void making_finish(struct making *making)
{
	making_stop(making);
	buf_finish(&making->names);
	making->made = 0;
}

/* Ends it: this is the last touch. What was not made is left to the caller. */
static void end_making(struct making *making, int r)
{
	making_done_fn *done = making->done;
	void *data = making->data;

	making_stop(making);
	if (r == 0)
		making_finish(making);
	done(data, r);
}

static void on_made_beside(void *data, size_t tried, int r)
{
	struct making *making = data;

	making->is_beside = false;
	making->made += tried;
	if (r < 0 || making->made == making->names.size) {
		end_making(making, r);
		return;
	}
	go_on_making(making); /* a user makes a file, maybe of one of the names */
}

/* Has a thread make what is left. Returns 0 or -errno: none does. */
static int make_beside(struct making *making)
{
	const struct import_files *files = files_of(making);
	int r = -EAGAIN;

	if (making->made < making->names.size)
		r = files->make_many(files->data, making->names.data + making->made,
				     making->names.size - making->made, on_made_beside, making);
	making->is_beside = r == 0;
	return r;
}

/* Makes the file of a name. A user may have taken the name meanwhile, which the ledger knows.
 * Returns 0 or -errno. */
static int make_file(const struct making *making, const char *name)
{
	int r = files_of(making)->make(files_of(making)->data, name);

	return r == -EEXIST ? 0 : r;
}

/* Makes some. Returns 1 if there are more, 0 or -errno. */
static int make_some(struct making *making)
{
	const struct buf *names = &making->names;
	int r = 0;

	for (int i = 0; r == 0 && making->made < names->size; i++) {
		const char *name = names->data + making->made;

		if (i == IMPORTS_AT_ONCE || (i && loop_is_long(making->engine->loop)))
			return 1;
		r = make_file(making, name);
		if (r == 0)
			making->made += strlen(name) + 1;
	}
	return r;
}

/* The timer's callback. */
static void make_slice(void *data)
{
	struct making *making = data;
	int r;

	if (making->has_lost)
		making_drop_lost(making->engine, &making->names, making->made);
	making->has_lost = false;
	if (make_beside(making) == 0)
		return;
	r = make_some(making);
	if (r > 0)
		go_on_making(making);
	else
		end_making(making, r);
}

void making_begin(struct making *making, struct engine *engine, struct buf *take_names,
		  making_done_fn *done, void *data)
{
	*making =
		(struct making){.engine = engine, .done = done, .data = data, .names = *take_names};
	*take_names = (struct buf){0};
	go_on_making(making);
}
