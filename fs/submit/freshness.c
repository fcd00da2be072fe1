/* SPDX-License-Identifier: MIT */
/*
 * How fresh is the text of a file? Somebody else may write a version at any time. So a check (one
 * ShowDocument) is due when the service has not told the newest version of the job for `refresh`.
 * The service tells that version in the answer to a check, before and after each update, and in a
 * scan of the list. So `ls -l` after a scan asks for no job that the scan has listed with the
 * version that the file has. If the scan has listed a newer version of a job, a check of that job
 * is due now.
 *
 * The time of each job's last check is kept in memory, for SEEN_JOBS jobs. A job that falls out,
 * and all jobs of a new mount, are asked for once more. That costs one call each, and nothing else.
 *
 * A text that a check has brought into the file is not the base. The base is what somebody here has
 * read or written: `cp` looks at its target before it writes, and that look may refresh the target.
 * If that moved the base, `cp` would overwrite a version that nobody has seen. So the text is
 * unread at first. When a program first reads the file, the version becomes the base.
 *
 * After a refused commit the file may have the draft, or still the text of the base (after a
 * refused rename, sed -i, or a refused removal). Only the content of the file tells which. A draft
 * stays as it is. A file with the text of the base follows its job like any other file. If a newer
 * version is known already, the file is refreshed at once, though no check is due. The error of the
 * refused commit told the user to read the file.
 */
#define _GNU_SOURCE
#include "submit/freshness.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/texts.h"
#include "submit/bounds.h"
#include "submit/catalogue_state.h"
#include "submit/rows.h"
#include "submit/seen_jobs.h"

void freshness_again(struct engine *engine, const struct freshness *fresh)
{
	seen_jobs_failed(engine, fresh->job_id, CHECK_AGAIN_MS);
}

/* ---- what fs/space asks: the freshness of a path or row ---- */

/* Returns the version whose text the file has: a newer one that nobody has read yet, else the
 * base. */
static int64_t version_of_text(const struct ledger_text *text)
{
	return text->unread ? text->unread : text->base;
}

/* Returns for how long from now no check of the job is due, in milliseconds. 0: a check is due.
 * seen: the job's entry, or NULL. */
static int64_t due_in_ms(const struct engine *engine, const struct ledger_text *held,
			 const struct seen_job *seen)
{
	int64_t due_ms = seen ? seen->due_ms : 0, now_ms = loop_now_ms(engine->loop);
	int64_t read_ms = catalogue_read_ms(engine->catalogue), listed_ms;

	if (seen && seen->has_failed)
		return due_ms > now_ms ? due_ms - now_ms : 0;
	if (held->listed > held->version)
		return 0;
	listed_ms = read_ms + engine->options.refresh_ms;
	if (read_ms && held->listed == held->version && held->version == version_of_text(held) &&
	    listed_ms > due_ms)
		due_ms = listed_ms;
	return due_ms > now_ms ? due_ms - now_ms : 0;
}

/* Fills *ret_fresh from a row of the ledger (text) and from the job's entry in seen_jobs.h. */
static void judge_text(const struct engine *engine, const struct ledger_text *text,
		       struct freshness *ret_fresh)
{
	const struct seen_job *seen = seen_jobs_find(engine, text->job_id);

	*ret_fresh = (struct freshness){
		.row = text->row,
		.newest = text->version,
		.base = text->base,
		.unread = text->unread,
		.has_digest = text->has_digest,
		.is_settled = text->is_settled && !engine_has(engine, text->row),
		.is_refused = text->is_refused,
		.is_behind = text->is_refused && text->version > version_of_text(text) &&
			     !(seen && seen->has_failed),
		.is_gone = seen && seen->is_gone,
		.due_ms = due_in_ms(engine, text, seen),
		.holding = text->holding,
		.hidden = text->hidden,
		.has_hidden_uid = text->has_hidden_uid,
		.hidden_uid = text->hidden_uid,
	};
	memcpy(ret_fresh->job_id, text->job_id, sizeof(text->job_id));
	memcpy(ret_fresh->digest, text->digest, sizeof(text->digest));
}

int freshness_find(struct engine *engine, const char *path, struct freshness *ret_fresh)
{
	struct ledger_text text;
	int r = ledger_find_text(engine->ledger, path, &text);

	if (r == 0)
		judge_text(engine, &text, ret_fresh);
	return r;
}

int freshness_of_row(struct engine *engine, int64_t row, struct freshness *ret_fresh)
{
	struct ledger_text text;
	int r = ledger_find_text_of(engine->ledger, row, &text);

	if (r == 0)
		judge_text(engine, &text, ret_fresh);
	return r;
}

int freshness_next_name(struct engine *engine, const char *dir, const char *after,
			char ret_name[NAME_MAX + 1])
{
	return ledger_next_bound_name(engine->ledger, dir, after, ret_name);
}

int freshness_next_directory(struct engine *engine, const char *dir, const char *after,
			     char ret_name[NAME_MAX + 1])
{
	return ledger_next_bound_dir(engine->ledger, dir, after, ret_name);
}

/* ---- what fs/space records: what a check, a reader or a writer has done ---- */

static int put_versions(struct engine *engine, const struct freshness *fresh, int64_t newest,
			int64_t base, int64_t unread, const unsigned char *digest)
{
	struct ledger_text held = {
		.row = fresh->row,
		.version = newest > fresh->newest ? newest : fresh->newest,
		.base = base,
		.unread = unread,
		.has_digest = digest != NULL,
	};

	if (digest)
		memcpy(held.digest, digest, sizeof(held.digest));
	return ledger_put_text(engine->ledger, &held);
}

int freshness_take(struct engine *engine, const struct freshness *fresh, int64_t version,
		   const unsigned char *digest)
{
	return put_versions(engine, fresh, version, fresh->base, version, digest);
}

int freshness_same(struct engine *engine, const struct freshness *fresh, int64_t version)
{
	return put_versions(engine, fresh, version, fresh->unread ? fresh->base : version,
			    fresh->unread ? version : 0, fresh->digest);
}

int freshness_see(struct engine *engine, const struct freshness *fresh, int64_t version)
{
	return put_versions(engine, fresh, version, fresh->base, fresh->unread,
			    fresh->has_digest ? fresh->digest : NULL);
}

/* Do these attributes of a version tell something that the row (job) does not have? No if the row
 * is bound to another job by now, or knows a newer version. No if a submission of the row is under
 * way: its outcome records what the service holds. */
static bool is_new_version(const struct engine *engine, const struct job_record *job,
			   const struct freshness *fresh, int64_t version,
			   const char *const attrs[ATTR_COUNT])
{
	if (!job->job_id || strcmp(job->job_id, fresh->job_id) != 0 || version < job->version ||
	    engine_has(engine, job->row))
		return false;
	for (int i = 0; i < ATTR_COUNT; i++)
		if (attrs[i] && !attr_same(attrs[i], job->held.value[i]))
			return true;
	return false;
}

int freshness_hold(struct engine *engine, const struct freshness *fresh, int64_t version,
		   const char *const attrs[ATTR_COUNT])
{
	_cleanup_job_record_ struct job_record job = {0};
	_cleanup_attr_set_ struct attr_set held = {0};
	int r = ledger_get(engine->ledger, fresh->row, &job);

	if (r < 0 || !is_new_version(engine, &job, fresh, version, attrs))
		return r;
	r = attr_set_take(&held, attrs);
	return r < 0 ? r : ledger_see_held(engine->ledger, job.row, &held);
}

int freshness_read(struct engine *engine, const struct freshness *fresh)
{
	return put_versions(engine, fresh, fresh->newest, fresh->unread, 0, fresh->digest);
}

int freshness_write(struct engine *engine, struct job_record *job, const unsigned char *digest)
{
	struct ledger_text text = {
		.row = job->row, .version = job->version, .base = job->unread, .has_digest = true};
	int r;

	if (!job->unread || !job->has_digest || memcmp(job->digest, digest, CONTENT_DIGEST_SIZE))
		return 0;
	memcpy(text.digest, digest, CONTENT_DIGEST_SIZE);
	r = ledger_put_text(engine->ledger, &text);
	if (r == 0) {
		engine_tell_found(engine, job->row, job->base, job->unread);
		job->base = job->unread;
		job->unread = 0;
	}
	return r;
}

int freshness_go_back(struct engine *engine, const struct freshness *fresh, int64_t base)
{
	return put_versions(engine, fresh, fresh->newest, base, 0, NULL);
}
