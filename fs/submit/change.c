/* SPDX-License-Identifier: MIT */
/* Changes of the ledger that are no submissions. fs/space asks for them. */
#include "submit/submit.h"

#include <errno.h>

#include "base/crash.h"
#include "base/log.h"
#include "submit/kept_attributes.h"
#include "submit/rows.h"
#include "submit/undecided.h"

/* Forgets which job a row is bound to. If the row has no binding, its create in doubt counts as not
 * done. Returns 0; -EBUSY: a submission of the row is unfinished; -ENODATA: there is neither; or
 * another -errno. */
static int forget_binding(struct engine *engine, const struct job_record *record)
{
	if (!record->job_id)
		return engine_end_doubt(engine, record->row);
	if (!engine_is_idle(engine, record))
		return -EBUSY;
	log_info("job %s is forgotten on demand", record->job_id);
	return ledger_forget(engine->ledger, record->row);
}

static int give_back_row(struct ledger *ledger, const struct submit_change *change)
{
	int r = ledger_give_back(ledger, change->row, change->path, change->backup);

	if (r < 0)
		return r;
	CRASH_POINT("given-back");
	return ledger_commit(ledger, false);
}

/* Calls end for the row of the backup that lies at this path. Does nothing if no backup lies
 * there. */
static int end_backup(struct ledger *ledger, const char *path,
		      int (*end)(struct ledger *ledger, int64_t row))
{
	int64_t row;
	int r = ledger_find_backup(ledger, path, &row);

	return r == -ENOENT ? 0 : r < 0 ? r : end(ledger, row);
}

static int record_change(struct engine *engine, const struct submit_change *change)
{
	struct ledger *ledger = engine->ledger;

	switch (change->kind) {
	case CHANGE_HOLDING:
		return ledger_hold(ledger, change->row, change->holding);
	case CHANGE_HIDE_VERSIONS:
		return ledger_hide_versions(ledger, change->row, change->holding->heir);
	case CHANGE_SET_ASIDE:
		return ledger_set_aside(ledger, change->row);
	case CHANGE_BRING_BACK:
		return ledger_bring_back(ledger, change->row);
	case CHANGE_DISMISS:
		return ledger_dismiss(ledger, change->row);
	case CHANGE_END_STORY:
		return ledger_end_story(ledger, change->row);
	case CHANGE_FORGET:
		return forget_binding(engine, change->record);
	case CHANGE_DISOWN:
		return kept_disown(engine, change->path, change->attr);
	case CHANGE_MARK_UNMADE:
		return ledger_mark_unmade(ledger, change->path, change->owner);
	case CHANGE_UNMARK_UNMADE:
		return ledger_unmark_unmade(ledger, change->path);
	case CHANGE_GIVE_BACK:
		return give_back_row(ledger, change);
	case CHANGE_UNMARK_BACKUP:
		return end_backup(ledger, change->path, ledger_unmark_backup);
	case CHANGE_DROP_BACKUP:
		return end_backup(ledger, change->path, ledger_drop_backup);
	}
	return -EINVAL;
}

int submit_change(struct engine *engine, const struct submit_change *change)
{
	int r = record_change(engine, change);

	/* fs/space may answer the kernel before the commit, so the callback that drops the kernel's
	 * caches (submit_on_change()) is called now */
	ledger_tell_changes(engine->ledger);
	return r;
}

int submit_save(struct engine *engine)
{
	return ledger_commit(engine->ledger, false);
}
