/* SPDX-License-Identifier: MIT */
/* Records the author of a row, and the refusal of what an author has written. */
#define _GNU_SOURCE
#include "submit/author.h"

#include <errno.h>

#include "base/cleanup.h"
#include "submit/kept_attributes.h"

/* Removes the private texts that are recorded in a row: the story, the warnings, and the name and
 * the description that the name has kept. They are not for the new file of that name. Returns 0 or
 * -errno. */
static int drop_text(struct engine *engine, const char *path, const struct job_record *job)
{
	static const enum attr private[] = {ATTR_NAME, ATTR_DESCRIPTION};
	int r = ledger_drop_text(engine->ledger, job->row);

	for (size_t i = 0; r >= 0 && i < sizeof(private) / sizeof(private[0]); i++)
		r = kept_disown(engine, path, private[i]);
	return r < 0 ? r : 0;
}

int author_find_row(struct engine *engine, const char *path, const struct author *author,
		    struct job_record *ret_job)
{
	struct ledger *ledger = engine->ledger;
	int r = ledger_find_or_make(ledger, path, &author->holding.owner, ret_job);

	if (r < 0)
		return r;
	/* drop the texts even if the holding stays as it is below: the name has another file now */
	if (author->without_text) {
		r = drop_text(engine, path, ret_job);
		if (r < 0)
			return r;
		job_record_finish(ret_job);
		r = ledger_find(ledger, path, ret_job);
		if (r < 0)
			return r;
	}
	if (holding_is_same(&ret_job->holding, &author->holding))
		return 0;
	ret_job->holding = author->holding;
	return ledger_hold(ledger, ret_job->row, &author->holding);
}

int author_record_refusal(struct engine *engine, const char *path, const struct author *author,
			  bool incomplete, const struct err *err, const char *story)
{
	_cleanup_job_record_ struct job_record job = {0};
	int r = author_find_row(engine, path, author, &job);

	return r < 0 ? r : ledger_refuse(engine->ledger, job.row, incomplete, err, story);
}
