/* SPDX-License-Identifier: MIT */
/* The questions of fs/space about what is recorded. Each looks at the ledger, or at the submissions
 * in memory. */
#include "submit/changes.h"
#include "submit/submit.h"

#include <errno.h>

#include "ledger/ledger.h"
#include "submit/rows.h"

int submit_find(struct engine *engine, const char *path, struct job_record *ret_record)
{
	return ledger_find(engine->ledger, path, ret_record);
}

int submit_glance(struct engine *engine, const char *path, struct job_glance *ret_glance)
{
	return ledger_glance(engine->ledger, path, ret_glance);
}

void submit_on_change(struct engine *engine, submit_change_fn *fn, void *data)
{
	ledger_on_change(engine->ledger, fn, data);
}

void submit_on_found(struct engine *engine, submit_found_fn *fn, void *data)
{
	engine->found = fn;
	engine->found_data = data;
}

void engine_tell_found(struct engine *engine, int64_t row, int64_t base, int64_t version)
{
	if (engine->found && base && version > base)
		engine->found(engine->found_data, row, base);
}

static int is_under_way(struct engine *engine, const char *path)
{
	int64_t row;
	int r = ledger_row(engine->ledger, path, &row);

	return r == -ENOENT ? 0 : r < 0 ? r : engine_has(engine, row);
}

static int is_busy(struct engine *engine, const char *path)
{
	int r = ledger_busy(engine->ledger, path);

	/* a submission of the path that waits for a slot is in memory only */
	return r != 0 ? r : is_under_way(engine, path);
}

int submit_ask(struct engine *engine, enum submit_condition condition, const char *path)
{
	switch (condition) {
	case PATH_HAS_JOB:
		return ledger_has_job(engine->ledger, path);
	case PATH_HAS_ROWS:
		return ledger_knows(engine->ledger, path);
	case PATH_IS_BUSY:
		return is_busy(engine, path);
	case PATH_IS_UNDER_WAY:
		return is_under_way(engine, path);
	case SOME_NAME_IS_UNMADE:
		return ledger_has_unmade(engine->ledger);
	case CHANGES_ARE_UNCOMMITTED:
		return ledger_is_open(engine->ledger);
	}
	return -EINVAL;
}

int submit_path(struct engine *engine, int64_t row, char **ret_path)
{
	return ledger_path(engine->ledger, row, ret_path);
}

int submit_claims(struct engine *engine, const char *path,
		  struct job_claim ret_claims[CLAIMS_ASIDE_MAX + 1])
{
	return ledger_claims(engine->ledger, path, ret_claims);
}

int submit_paths_below(struct engine *engine, const char *path, char **ret_paths, size_t *ret_size)
{
	return ledger_paths_below(engine->ledger, path, ret_paths, ret_size);
}

int submit_next_unmade(struct engine *engine, const char *directory, int64_t after,
		       struct job_unmade *ret_unmade)
{
	return ledger_next_unmade(engine->ledger, directory, after, ret_unmade);
}

int submit_read_many(struct engine *engine, int (*read)(void *data), void *data)
{
	int r = ledger_look_begin(engine->ledger);

	if (r == 0)
		r = read(data);
	ledger_look_end(engine->ledger);
	return r;
}
