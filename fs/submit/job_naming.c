/* SPDX-License-Identifier: MIT */
/*
 * A person says which job a file has: setfattr -n coc.job_id. The job is the file's on purpose
 * then, and delete=service deletes it with the file. Nothing is sent.
 *
 * If the file has the text of the newest version, that version is the base. Otherwise nobody is
 * known to have read that text. Then the binding has no base, or the base of the removed name that
 * had the job. Without a base the next commit is ESTALE until the user says with coc.base which
 * version was read.
 */
#define _GNU_SOURCE
#include "submit/job_naming.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "submit/author.h"
#include "submit/removed_name.h"
#include "submit/rows.h"

/* Fills err: another path has the job. row: the row of that path; err names the path if the author
 * may read it. Returns -EEXIST. */
static int refuse_second(struct engine *engine, const struct job_naming *naming, int64_t row,
			 struct err *err)
{
	_cleanup_free_ char *path = removed_name_path(engine, row, &naming->author->holding);

	err_set(err, EEXIST, "job %s is the job of %s", naming->job->job_id,
		path ? path : "another file here");
	err_detail(err, "what_to_do",
		   "a job has one file: remove or rename that file, or have it forget the job with "
		   "setfattr -x coc.job_id %s",
		   path ? path : "FILE");
	return -EEXIST;
}

/* Fills err: the removed file of this row has the job, and an unfinished submission. Returns
 * -EBUSY. */
static int refuse_busy(struct engine *engine, const struct job_naming *naming, int64_t row,
		       struct err *err)
{
	_cleanup_free_ char *path = removed_name_path(engine, row, &naming->author->holding);

	err_set(err, EBUSY,
		"the removed file %s has the job, and its last text is not submitted yet",
		path ? path : "of a name");
	err_detail(err, "what_to_do", "wait for that submission: cocfs-wait MOUNTPOINT");
	return -EBUSY;
}

/* Call this if another row has the job. Returns 0 with *ret_removed if the file of that row was
 * removed, and the job may be taken over. Otherwise returns -errno with err filled. */
static int check_other(struct engine *engine, const struct job_naming *naming, int64_t row,
		       struct job_record *ret_removed, struct err *err)
{
	int r = removed_name_find(engine, naming->job->job_id, &naming->author->holding,
				  ret_removed);

	if (r == -EBUSY)
		return refuse_busy(engine, naming, row, err);
	if (r == -ENOENT)
		return refuse_second(engine, naming, row, err);
	return r < 0 ? err_set(err, -r, "the ledger cannot be read: %s", strerror(-r)) : 0;
}

/* Checks whether the row may have the job. Returns 1 if it has the job already. Returns 0 if it
 * may; if a removed name had the job, *ret_removed is its row. Otherwise returns -errno with err
 * filled. */
static int check_naming(struct engine *engine, const struct job_naming *naming,
			const struct job_record *row, struct job_record *ret_removed,
			struct err *err)
{
	const char *job_id = naming->job->job_id;
	int64_t other;
	int r;

	if (!engine_is_idle(engine, row)) {
		err_set(err, EBUSY, "a submission of this file is under way or in doubt");
		err_detail(err, "what_to_do", "wait for its end: cocfs-wait FILE");
		return -EBUSY;
	}
	if (row->job_id && !strcmp(row->job_id, job_id))
		return 1;
	if (row->job_id) {
		err_set(err, EEXIST, "this file has job %s", row->job_id);
		err_detail(err, "what_to_do",
			   "have it forget that job first: setfattr -x coc.job_id FILE");
		return -EEXIST;
	}
	r = ledger_bound_row(engine->ledger, job_id, &other);
	if (r == 0)
		return check_other(engine, naming, other, ret_removed, err);
	if (r != -ENOENT)
		return err_set(err, -r, "the ledger cannot be read: %s", strerror(-r));
	if (engine_may_have_made(engine, NULL, naming->job->attrs[ATTR_NAME], job_id)) {
		err_set(err, EBUSY, "another file here may have made job %s", job_id);
		err_detail(err, "what_to_do", "wait until that is known");
		return -EBUSY;
	}
	return 0;
}

/* Binds the row to the job. A row of a backup is none any more, and a refusal ends if the file has
 * the job's text (is_read). removed: the removed name that has had the job; removed->row is 0 if
 * there is none. Returns 0 or -errno. */
static int bind_row(struct engine *engine, const struct job_naming *naming,
		    const struct job_record *row, const struct job_record *removed)
{
	const struct shown_job *job = naming->job;
	const int64_t newest = job->version ? job->version : 1;
	unsigned char digest[CONTENT_DIGEST_SIZE];
	struct attr_set attrs = {0};
	const struct ledger_binding binding = {
		.job_id = job->job_id,
		.versions = {.base = naming->is_read ? newest : removed->base, .newest = newest},
		.digest = naming->is_read ? digest : NULL,
		.attrs = &attrs,
		.on_purpose = true,
		.from = removed->row,
	};
	int r = content_digest(job->content, job->size, digest);

	for (int i = 0; i < ATTR_COUNT; i++)
		attrs.value[i] = (char *)job->attrs[i]; /* borrowed from job */
	if (r == 0 && row->backup)
		r = ledger_unmark_backup(engine->ledger, row->row);
	if (r == 0 && row->refused && naming->is_read)
		r = ledger_overwrite(engine->ledger, row->row);
	return r < 0 ? r : ledger_bind(engine->ledger, row->row, &binding);
}

int job_naming_record(struct engine *engine, const struct job_naming *naming, struct err *err)
{
	_cleanup_job_record_ struct job_record row = {0}, removed = {0};
	int r = author_find_row(engine, naming->path, naming->author, &row);

	if (r == 0) {
		r = check_naming(engine, naming, &row, &removed, err);
		if (r != 0)
			return r < 0 ? r : ledger_mean_job(engine->ledger, row.row);
		r = bind_row(engine, naming, &row, &removed);
	}
	if (r < 0)
		return err_set(err, -r, "the ledger cannot be written: %s", strerror(-r));
	log_about(LOG_LEVEL_INFO,
		  &(struct log_about){.path = naming->path, .job_id = naming->job->job_id},
		  "%s: job %s is this file's from now on, on demand", naming->path,
		  naming->job->job_id);
	return 0;
}

/* Records the refusal in the row of a path that has a job. Returns 0 or -errno. */
static int tell_refusal(struct engine *engine, const char *path, const struct err *err)
{
	_cleanup_free_ char *story = err_story(err);
	int64_t row;
	int r = story ? ledger_row(engine->ledger, path, &row) : -ENOMEM;

	return r < 0 ? r : ledger_tell_refusal(engine->ledger, row, story);
}

int job_naming_refuse(struct engine *engine, const char *path, const struct author *author,
		      const struct err *err)
{
	int r = submit_ask(engine, PATH_HAS_JOB, path);

	if (r == 0)
		return submit_refuse(engine, path, author, false, err);
	if (r > 0)
		r = tell_refusal(engine, path, err);
	log_err(LOG_LEVEL_WARNING, path, NULL, err);
	engine->metrics.refusals++;
	if (r < 0)
		log_error("%s: the ledger cannot record this: %s", path, strerror(-r));
	return -err->errnum;
}
