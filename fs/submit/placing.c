/* SPDX-License-Identifier: MIT */
/*
 * How a job that a scan has listed becomes a file in the root.
 *
 * First the job gets a file name: the job's own name, made safe, if neither the ledger nor the
 * spool has that name for something else. Otherwise the file name contains the job's ID, too
 * (job/import_name.h). Of several jobs with one name the oldest comes first, and gets the plain
 * name. A name that was given stays. The names are durable before any of the files is made. So the
 * spool never has a file of an import that the ledger does not know. Such a file would look like a
 * file that a user has made. After a crash or a loss of power there may be a name without a file,
 * and the next mount makes the file.
 *
 * Some jobs get no name now. A job that a path is bound to is no import any more. And a job may
 * have the same name as a create of this space that is under way or in doubt. It may be the job
 * that this create makes, and nobody can know before the create has ended. So a placing after a
 * later scan gives the name.
 *
 * The removal goes the other way round: the ledger records that an import is leaving, then the file
 * goes, then the row.
 *
 * The work is done in slices, so that no request waits for many files. A slice ends early if the
 * disk takes long: some file systems look for a free inode for half a millisecond. While the files
 * of some names are made (making.c), other jobs get their names.
 */
#define _GNU_SOURCE
#include "submit/placing.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/crash.h"
#include "base/log.h"
#include "job/import_name.h"
#include "submit/bounds.h"
#include "submit/imports_state.h"
#include "submit/rows.h"
#include "submit/state.h"
#include "submit/waiter.h"

static void place_slice(void *data);

static const struct import_files *files_of(const struct placing *placing)
{
	return &placing->engine->imports->files;
}

static void go_on_placing(struct placing *placing)
{
	loop_timer_next(placing->engine->loop, &placing->timer, place_slice, placing);
}

static void begin_naming(struct placing *placing)
{
	const struct import_files *files = files_of(placing);

	files->naming_begin(files->data);
	placing->step = PLACING_NAME;
	go_on_placing(placing);
}

/* Ends a pass over the imports: the next step is PLACING_REMOVE again. */
static void end_naming(struct placing *placing)
{
	const struct import_files *files = files_of(placing);

	if (placing->step != PLACING_REMOVE)
		files->naming_end(files->data);
	placing->step = PLACING_REMOVE;
}

void placing_cancel(struct placing *placing)
{
	if (!placing->engine)
		return;
	loop_timer_cancel(&placing->timer);
	if (placing->waiter)
		submit_waiter_drop(steal_ptr(placing->waiter));
	making_finish(&placing->making);
	buf_finish(&placing->names);
	*placing = (struct placing){0};
}

/* Takes back the names from the byte `made` on, which have no files: the next placing gives their
 * imports names again. */
static void take_names_back(struct placing *placing, const struct buf *names, size_t made)
{
	for (size_t at = made; at < names->size; at += strlen(names->data + at) + 1)
		ledger_import_take_name(placing->engine->ledger, names->data + at);
}

void placing_lost(struct placing *placing)
{
	if (!placing->engine)
		return;
	placing->done = NULL;
	placing->again = placing->lost = true;
	making_drop_lost(placing->engine, &placing->names, 0);
}

void placing_name_taken(struct placing *placing)
{
	if (placing->engine)
		placing->has_lost = placing->making.has_lost = true;
}

/* Ends the placing and calls done with r. After a failure (r < 0) makes no further file, and takes
 * back the names that have none. */
static void end_placing(struct placing *placing, int r)
{
	placing_done_fn *done = placing->done;
	void *data = placing->data;

	if (r < 0) {
		log_warning("the jobs of the service cannot all be shown as files: %s",
			    strerror(-r));
		making_stop(&placing->making);
		take_names_back(placing, &placing->making.names, placing->making.made);
		take_names_back(placing, &placing->names, 0);
	}
	end_naming(placing);
	placing_cancel(placing);
	if (done)
		done(data, r);
}

/* ---- removing the files of imports that leave ---- */

int placing_remove_file(struct engine *engine, const struct import_record *import)
{
	const struct import_files *files = &engine->imports->files;
	int64_t row;
	int r = ledger_row(engine->ledger, import->name, &row);

	return r == -ENOENT ? files->remove(files->data, import) : r;
}

struct leaving {
	struct placing *placing;
	struct buf ids; /* IDs of imports whose files are removed; each ends with a NUL */
	bool has_rest;	/* the iteration is long: the other files are for the next slice */
};

/* Removes the file of an import that leaves, and notes its ID. When the iteration gets long, leaves
 * the further imports to the next slice. If a user has put another file under the name meanwhile,
 * that file stays. Returns 0 or -errno. */
static int remove_leaving(void *data, const struct import_record *import)
{
	struct leaving *leaving = data;
	struct engine *engine = leaving->placing->engine;
	int r;

	leaving->has_rest |= leaving->ids.size && loop_is_long(engine->loop);
	if (leaving->has_rest)
		return 0;
	r = placing_remove_file(engine, import);
	return r < 0 ? r : buf_append(&leaving->ids, import->job_id, strlen(import->job_id) + 1);
}

/* Removes the files of some imports. Returns 1 if there may be more, 0 or -errno. */
static int remove_some(struct placing *placing)
{
	struct ledger *ledger = placing->engine->ledger;
	struct leaving leaving = {.placing = placing};
	int n = 0, r = ledger_imports_leaving(ledger, IMPORTS_AT_ONCE, remove_leaving, &leaving);

	for (const char *id = leaving.ids.data;
	     r == 0 && id && id < leaving.ids.data + leaving.ids.size; id += strlen(id) + 1, n++)
		r = ledger_import_drop(ledger, id);
	buf_finish(&leaving.ids);
	return r < 0 ? r : leaving.has_rest || n == IMPORTS_AT_ONCE;
}

/* ---- giving names to imports ---- */

/* Is this name free, in the ledger and in the spool? Returns 1, 0 or -errno. */
static int is_free_name(const struct placing *placing, const char *name)
{
	struct ledger *ledger = placing->engine->ledger;
	int64_t row;
	int r = ledger_import_has_name(ledger, name);

	if (r != 0)
		return r < 0 ? r : 0;
	r = ledger_row(ledger, name, &row);
	if (r != -ENOENT)
		return r < 0 ? r : 0;
	r = files_of(placing)->has(files_of(placing)->data, name);
	return r < 0 ? r : !r;
}

/* Gives an import the first free one of its IMPORT_NAMES possible file names. If all are taken, the
 * job is not shown, and the log says so. Returns 0 or -errno. */
static int name_import(struct placing *placing, const char *job_id, const char *job_name)
{
	char name[IMPORT_NAME_ROOM];
	int r = 0;

	for (unsigned number = 0; r == 0 && number < IMPORT_NAMES; number++) {
		import_name_make(job_name, job_id, number, name);
		r = is_free_name(placing, name);
	}
	if (r == 0)
		log_info("the job %s is not shown: all names that it could have are taken", job_id);
	if (r <= 0)
		return r;
	r = buf_append(&placing->names, name, strlen(name) + 1);
	return r < 0 ? r : ledger_import_place(placing->engine->ledger, job_id, name);
}

/* Jobs that may get a name, in their order. They are read from the ledger before the first of them
 * gets a name, because the callback of the reading must not write to the ledger. */
struct unplaced {
	struct buf jobs; /* ID and name of each; each text ends with a NUL */
	int64_t create_ms[NAMES_AT_ONCE];
	int n;
};

static int note_unplaced(void *data, const char *job_id, int64_t create_ms, const char *job_name)
{
	struct unplaced *unplaced = data;

	buf_append(&unplaced->jobs, job_id, strlen(job_id) + 1);
	unplaced->create_ms[unplaced->n++] = create_ms;
	return buf_append(&unplaced->jobs, job_name, strlen(job_name) + 1);
}

/* Gives an import a name. If a path is bound to its job by now, deletes the import instead. While a
 * create of the job's name is in memory, does nothing: the job may be the create's. Returns 0 or
 * -errno. */
static int place_job(struct placing *placing, const char *job_id, const char *job_name)
{
	struct engine *engine = placing->engine;
	int bound = engine_is_bound(engine, job_id);

	if (bound != 0)
		return bound < 0 ? bound : ledger_import_drop(engine->ledger, job_id);
	return engine_makes_name(engine, job_name) ? 0 : name_import(placing, job_id, job_name);
}

/* Gives names to jobs in their order, until the iteration gets long. Returns how many jobs were
 * looked at, or -errno. */
static int name_unplaced(struct placing *placing, const struct unplaced *unplaced)
{
	struct import_place *place = &placing->place;
	const char *at = unplaced->jobs.data;
	int i = 0;

	while (i < unplaced->n && (!i || !loop_is_long(placing->engine->loop))) {
		const char *job_name = at + strlen(at) + 1;
		int r = place_job(placing, at, job_name);

		if (r < 0)
			return r;
		place->create_ms = unplaced->create_ms[i++];
		snprintf(place->job_id, sizeof(place->job_id), "%s", at);
		at = job_name + strlen(job_name) + 1;
	}
	return i;
}

/* Gives names to some imports, and sets placing->all_named. Returns 1 if more names are to be given
 * before they become durable, 0 if not, or -errno. */
static int name_some(struct placing *placing)
{
	struct unplaced unplaced = {.n = 0};
	int r = ledger_imports_unplaced(placing->engine->ledger, &placing->place, NAMES_AT_ONCE,
					note_unplaced, &unplaced);

	if (r == 0)
		r = name_unplaced(placing, &unplaced);
	buf_finish(&unplaced.jobs);
	if (r < 0)
		return r;
	placing->all_named = r < NAMES_AT_ONCE && r == unplaced.n;
	return !placing->all_named && placing->names.size < NAMES_SIZE_MAX;
}

/* ---- making the files of names that are durable ---- */

static void finish_pass(struct placing *placing);
static void on_files_made(void *data, int result);

/* Begins to make the files of placing->names, which are durable. Goes on giving names to other jobs
 * meanwhile. */
static void begin_files(struct placing *placing)
{
	if (placing->has_lost)
		making_drop_lost(placing->engine, &placing->names, 0);
	placing->has_lost = false;
	making_begin(&placing->making, placing->engine, &placing->names, on_files_made, placing);
	placing->step = placing->all_named ? PLACING_MAKE : PLACING_NAME;
	if (!placing->all_named)
		go_on_placing(placing);
}

static void on_files_made(void *data, int result)
{
	struct placing *placing = data;

	if (result < 0)
		end_placing(placing, result);
	else if (placing->step == PLACING_WAIT)
		begin_files(placing);
	else if (placing->step == PLACING_MAKE)
		finish_pass(placing);
}

static void on_names_durable(void *data, int result)
{
	struct placing *placing = data;

	placing->waiter = NULL;
	if (result < 0) {
		end_placing(placing, result);
		return;
	}
	CRASH_POINT("imports-named");
	placing->step = PLACING_WAIT;
	if (!placing->making.engine)
		begin_files(placing);
}

/* Waits until the names are durable; only then their files are made. Returns 0 or -ENOMEM. */
static int await_names(struct placing *placing)
{
	struct engine *engine = placing->engine;

	placing->waiter = waiter_create(engine, on_names_durable, placing);
	if (!placing->waiter)
		return -ENOMEM;
	placing->waiter->is_inner = true;
	LIST_INSERT_HEAD(&engine->iteration.promised, placing->waiter, link);
	placing->step = PLACING_SYNC;
	return 0;
}

/* ---- from step to step, in slices ---- */

/* Ends a pass: each import that can have a file has it. If placing->again is set, begins another
 * pass. Else records once that all imports are placed (imports_are_whole()), and ends the placing.
 */
static void finish_pass(struct placing *placing)
{
	struct engine *engine = placing->engine;
	int r;

	if (placing->again) {
		placing->again = placing->all_named = false;
		placing->place = (struct import_place){0};
		end_naming(placing);
		go_on_placing(placing);
		return;
	}
	if (engine->imports->is_whole || placing->lost) {
		end_placing(placing, 0);
		return;
	}
	r = ledger_imports_set_whole(engine->ledger);
	engine->imports->is_whole = r == 0;
	end_placing(placing, r);
}

/* Call this function when nothing of a step is left. Begins the next step, or ends the pass.
 * Returns 0 or -errno. */
static int end_step(struct placing *placing)
{
	if (placing->step == PLACING_REMOVE) {
		begin_naming(placing);
		return 0;
	}
	if (placing->names.size)
		return await_names(placing);
	/* all imports that can have names have durable ones */
	placing->step = PLACING_MAKE;
	if (!placing->making.engine)
		finish_pass(placing);
	return 0;
}

/* A timer's callback: removes the files of some imports, or gives names to some. If nothing of the
 * step is left, goes on with the next step. After an error ends the placing. */
static void place_slice(void *data)
{
	struct placing *placing = data;
	int r = placing->step == PLACING_REMOVE ? remove_some(placing) : name_some(placing);

	if (r > 0)
		go_on_placing(placing);
	else if (r == 0)
		r = end_step(placing);
	if (r < 0)
		end_placing(placing, r);
}

void placing_begin(struct placing *placing, struct engine *engine, placing_done_fn *done,
		   void *data)
{
	if (done) {
		placing->done = done;
		placing->data = data;
	}
	placing->again = placing->engine != NULL;
	if (placing->again)
		return;
	placing->engine = engine;
	go_on_placing(placing);
}
