/* SPDX-License-Identifier: MIT */
/*
 * A name remembers its job when its file is removed, so that a new file of that name makes a new
 * version. But repositories move files: git checkout, and rsync --delete, remove the file in one
 * directory and write it in another one. With adopt=name the file in the other directory takes the
 * job over then. A person may also name the job (setfattr -n coc.job_id). The removed name forgets
 * the job in the same transaction: a job never has two names, and never none. With adopt=same the
 * text of a file that was made here is no reason to take its job: a second file with this text is a
 * copy. A job that was not made here is taken over, as a new file would take it if no name had it.
 *
 * Nothing is taken over while a submission of the name is queued, under way or in doubt: its
 * outcome would have no row. Nothing is taken over either if the name has a file again, or belongs
 * to another user.
 *
 * The base goes along. So a colleague's version that nobody here has read is a conflict for the
 * moved file, as it was for the removed file.
 */
#define _GNU_SOURCE
#include "submit/removed_name.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "submit/imports_state.h"
#include "submit/rows.h"

/* Does the path of the row have a regular file in the spool? Returns 1, 0 or -errno. */
static int has_file(struct engine *engine, int64_t row)
{
	const struct import_files *files = &engine->imports->files;
	_cleanup_free_ char *path = NULL;
	int r;

	if (!files->has_job_file)
		/* imports_begin() was not called yet: say that there is a file, so that nothing is
		 * taken over */
		return 1;
	r = ledger_path(engine->ledger, row, &path);
	return r < 0 ? r : files->has_job_file(files->data, path);
}

static bool is_of_owner(const struct engine *engine, const struct holding *holding,
			const struct holding *other)
{
	return engine->options.one_user || holding_is_of(holding, other->owner.file.uid);
}

int removed_name_find(struct engine *engine, const char *job_id, const struct holding *taker,
		      struct job_record *ret_removed)
{
	int64_t row;
	int r = ledger_bound_row(engine->ledger, job_id, &row);

	if (r == 0)
		r = ledger_get(engine->ledger, row, ret_removed);
	if (r < 0)
		return r;
	if (!is_of_owner(engine, &ret_removed->holding, taker))
		return -ENOENT;
	r = has_file(engine, row);
	if (r != 0)
		return r < 0 ? r : -ENOENT;
	return engine_is_idle(engine, ret_removed) ? 0 : -EBUSY;
}

static bool has_text(const struct job_record *record, const struct submission *submission)
{
	return record->has_digest &&
	       !memcmp(record->digest, submission->record.digest, CONTENT_DIGEST_SIZE);
}

int removed_name_find_for(const struct submission *submission, const char *job_id,
			  struct job_record *ret_removed)
{
	struct engine *engine = submission->engine;
	_cleanup_job_record_ struct job_record taker = {0};
	int r = ledger_get(engine->ledger, submission->record.row, &taker);

	if (r == 0)
		r = removed_name_find(engine, job_id, &taker.holding, ret_removed);
	if (r == 0 && engine->options.adopt == ADOPT_SAME &&
	    (ret_removed->on_purpose || !has_text(ret_removed, submission)))
		r = -ENOENT;
	return r;
}

char *removed_name_path(struct engine *engine, int64_t row, const struct holding *reader)
{
	_cleanup_job_record_ struct job_record record = {0};
	char *path = NULL;

	if (ledger_get(engine->ledger, row, &record) < 0 ||
	    !holding_is_of(&record.holding, reader->owner.file.uid) ||
	    ledger_path(engine->ledger, row, &path) < 0)
		return NULL;
	return path;
}
