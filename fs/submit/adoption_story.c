/* SPDX-License-Identifier: MIT */
/* Says why a create may not take the job of its name, and what a person can do about it. */
#define _GNU_SOURCE
#include "submit/adoption_story.h"

#include <errno.h>

#include "base/cleanup.h"
#include "submit/imports.h"
#include "submit/removed_name.h"

void adoption_story_bound(const struct submission *submission, const char *bound_id,
			  struct err *err)
{
	struct engine *engine = submission->engine;
	_cleanup_job_record_ struct job_record mine = {0}, removed = {0};
	_cleanup_free_ char *path = NULL;
	int64_t row;
	int r = ledger_get(engine->ledger, submission->record.row, &mine);

	if (r == 0 && ledger_bound_row(engine->ledger, bound_id, &row) == 0)
		path = removed_name_path(engine, row, &mine.holding);
	if (r == 0 && removed_name_find_for(submission, bound_id, &removed) == -EBUSY) {
		err_set(err, EEXIST,
			"the removed file %s has the job of this name, and its last text is not "
			"submitted yet: %s",
			path ? path : "of a name", bound_id);
		err_detail(err, "jobs", "%s", bound_id);
		err_detail(err, "what_to_do",
			   "wait for that submission: cocfs-wait MOUNTPOINT; then write FILE "
			   "again");
		return;
	}
	if (path)
		err_set(err, EEXIST, "the file %s has the job of this name: %s", path, bound_id);
	else
		err_set(err, EEXIST, "another file here has the job of this name: %s", bound_id);
	err_detail(err, "jobs", "%s", bound_id);
	err_detail(
		err, "what_to_do",
		"if %s is the old place of FILE, remove it and write FILE again. Or give FILE a "
		"name of its own (meta.name), as no two files have the same name with adopt=name. "
		"Or mount with -o adopt=same",
		path ? path : "the other file");
}

void adoption_story_remembered(const struct submission *submission,
			       const struct import_record *import, struct err *err)
{
	if (imports_shown(submission->engine) == JOBS_READ) {
		err_set(err, EPERM,
			"this is the name of job %s, which was not written in this space and is "
			"read-only here; the text is another one",
			import->job_id);
		err_detail(err, "job", "%s", import->job_id);
		err_detail(err, "what_to_do",
			   "mount with jobs=all to change that job; or mount with adopt=never to "
			   "make another job");
		return;
	}
	err_set(err, ESTALE, "this is the name of job %s, whose text was not read here",
		import->job_id);
	err_detail(err, "job", "%s", import->job_id);
	err_detail(err, "what_to_do",
		   "bind the file to that job with `setfattr -n coc.job_id -v %s FILE`, and read "
		   "the newest version in .coc/versions; or mount with adopt=never to make another "
		   "job",
		   import->job_id);
}
