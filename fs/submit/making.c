/* SPDX-License-Identifier: MIT */
/*
 * A thread makes the files of imports, one after the other. Meanwhile the loop gives names to other
 * jobs, which takes about as long. If there is no thread for it, the loop makes some files in each
 * iteration.
 *
 * A user may take a name whose file was not made yet. fs/space stops the thread before that. So no
 * file of an import appears under a name that is the user's by then. The files that were not made
 * are begun again, without the names that the ledger does not have any more.
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

/* Ends the making and calls done. On failure making->names and ->made still say what is left. */
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
	/* some names are left: the thread was stopped, because a user makes a file, maybe with one
	 * of these names */
	go_on_making(making);
}

/* Starts a thread that makes the files that are left. Returns 0, or -errno if there is no thread
 * for that, or no file is left. */
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

/* Makes the file of a name. If the root has an entry of this name, that is no failure: a user has
 * taken the name, and the ledger has recorded that. Returns 0 or -errno. */
static int make_file(const struct making *making, const char *name)
{
	int r = files_of(making)->make(files_of(making)->data, name);

	return r == -EEXIST ? 0 : r;
}

/* Makes some files in the loop: at most IMPORTS_AT_ONCE, and fewer if the iteration is long
 * already. Returns 1 if more are left, 0 or -errno. */
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

/* A timer's callback: starts a thread that makes the files that are left. If there is no thread,
 * makes some files here, and sets the timer again or ends the making. */
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
