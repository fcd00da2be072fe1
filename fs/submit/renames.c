/* SPDX-License-Identifier: MIT */
/*
 * Renames in the spool, and the rows that follow them. If the end of a rename cannot be recorded,
 * engine->renames_unsettled is set, and submit_settle_renames() settles it later.
 */
#include "submit/submit.h"

#include "ledger/ledger.h"
#include "submit/state.h"

int submit_rename(struct engine *engine, enum rename_step step, struct job_rename *rename)
{
	int r;

	if (step == RENAME_BEGIN)
		return ledger_rename_begin(engine->ledger, rename);
	if (step == RENAME_DONE)
		r = ledger_rename_done(engine->ledger, rename);
	else if (step == RENAME_UNDONE)
		r = ledger_rename_undone(engine->ledger, rename);
	else
		r = ledger_commit(engine->ledger, false);
	if (r < 0)
		engine->renames_unsettled = true;
	return r;
}

int submit_settle_renames(struct engine *engine, rename_was_done_fn *was_done, void *data)
{
	int r;

	if (!engine->renames_unsettled)
		return 0;
	r = ledger_rename_unfinished(engine->ledger, was_done, data);
	if (r == 0)
		r = ledger_commit(engine->ledger, false);
	engine->renames_unsettled = r < 0;
	return r;
}
