/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "submit/submit.h"

#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/log.h"
#include "job/comments.h"
#include "job/name.h"
#include "submit/author.h"
#include "submit/commit_attributes.h"
#include "submit/freshness.h"
#include "submit/queue.h"
#include "submit/rebound.h"
#include "submit/refusals.h"
#include "submit/rows.h"
#include "submit/soundness.h"

DEFINE_CLEANUP(struct dsl_report *, dsl_report_free)

int submit_refuse(struct engine *engine, const char *path, const struct author *author,
		  bool incomplete, const struct err *err)
{
	_cleanup_free_ char *story = err_story(err);
	int r = story ? author_record_refusal(engine, path, author, incomplete, err, story)
		      : -ENOMEM;

	log_err(LOG_LEVEL_WARNING, path, NULL, err);
	engine->metrics.refusals++;
	if (r < 0)
		log_error("%s: the ledger cannot record this: %s", path, strerror(-r));
	refusals_add(engine, path, author, incomplete, err, story, r);
	return -err->errnum;
}

/* Fills err from the refusal of the DSL check: "8:2: what is wrong". Without a line in the refusal:
 * "not a DSL document: what is wrong". Returns -EINVAL. */
static int tell_refusal(const struct dsl_finding *refusal, struct err *err)
{
	if (!refusal->line)
		return err_set(err, EINVAL, "not a DSL document: %s", refusal->text);
	err_set(err, EINVAL, "%s", refusal->text);
	err_place(err, refusal->line, refusal->column);
	err_detail(err, "what_to_do", "mend the file and write it again");
	return -EINVAL;
}

/* Writes a warning to the log, and appends it to a text as a line. */
static void tell_warning(const struct commit *commit, const struct dsl_finding *warning,
			 struct buf *text)
{
	log_about(LOG_LEVEL_INFO, &(struct log_about){.path = commit->path}, "%s: %u:%u: %s",
		  commit->path, warning->line, warning->column, warning->text);
	buf_printf(text, "%u:%u: %s\n", warning->line, warning->column, warning->text);
}

/* Warns of a comment that sets an attribute but stands too late in the file. Returns 0 or
 * -ENOMEM. */
static int tell_late_comment(const struct commit *commit, struct buf *text)
{
	struct dsl_finding late = {0};
	int r = comments_warn_late(commit->content, commit->size, &late);

	if (r == 0 && late.text)
		tell_warning(commit, &late, text);
	free(late.text);
	return r;
}

/* Writes the warnings to the log, and one line each into *ret_text (NULL if there are none).
 * Returns 0 or -ENOMEM. */
static int tell_warnings(const struct commit *commit, const struct dsl_report *report,
			 char **ret_text)
{
	_cleanup_buf_ struct buf text = {0};

	for (size_t i = 0; i < report->n_warnings; i++)
		tell_warning(commit, &report->warnings[i], &text);
	if (report->n_more_warnings)
		buf_printf(&text, "and %zu more\n", report->n_more_warnings);
	if (tell_late_comment(commit, &text) < 0 || text.error)
		return -ENOMEM;
	*ret_text = buf_steal(&text);
	return 0;
}

/* If the row has a job, checks the size of the content, which will be sent as an update. Without a
 * check returns 0 if the service holds the content: nothing will be sent. Also if the row has no
 * job: fs/space commits no more than a create takes. If the row gets a job before the content is
 * sent, coc_update() checks the size. Otherwise returns 0, or -EFBIG with err filled. */
static int check_size(const struct job_record *job, const struct ledger_submission *sub,
		      struct err *err)
{
	if (!job->job_id || engine_is_held(job, sub))
		return 0;
	return coc_content_check(sub->content_size, false, err);
}

/* Checks content and attributes, and moves both from the commit to the submission. Records the
 * warnings of the check in the row (job). Returns 0, or -errno with err filled. */
static int judge_commit(struct engine *engine, struct commit *commit, const struct job_record *job,
			struct ledger_submission *sub, struct err *err)
{
	_cleanup_(dsl_report_free) struct dsl_report *report = NULL;
	_cleanup_free_ char *stem = NULL, *warnings = NULL;
	const char *slash = strrchr(commit->path, '/');
	const char *name = slash ? slash + 1 : commit->path;
	int r;

	stem = strndup(name, name_stem_length(name));
	if (!stem ||
	    dsl_check(commit->content, commit->size, commit->rules->validate, stem, &report) < 0 ||
	    tell_warnings(commit, report, &warnings) < 0)
		return err_set(err, ENOMEM, "out of memory");
	r = 0;
	if (!attr_same(warnings, job->warnings))
		r = ledger_warn(engine->ledger, job->row, warnings);
	if (r < 0)
		return err_set(err, -r, "the ledger cannot be written: %s", strerror(-r));
	if (report->refusal.text)
		return tell_refusal(&report->refusal, err);
	r = commit_attributes(engine, commit, job, report, stem, err);
	if (r < 0)
		return r;
	if (content_digest(commit->content, commit->size, sub->digest) < 0)
		return err_set(err, EIO, "the crypto library failed");
	sub->row = job->row;
	sub->user = commit->user;
	sub->base = commit->base;
	sub->adopts = commit->adopts;
	/* is_renamed makes the story of a failure say that the text is not in the file. With
	 * submit=queue the rename is done before the outcome is known, so the text is there. */
	sub->is_renamed = commit->is_renamed && !commit->rules->queue;
	sub->owner = commit->author.holding.owner;
	sub->attrs = commit->own;
	commit->own = (struct attr_set){0};
	sub->content = steal_ptr(commit->content);
	sub->content_size = commit->size;
	return check_size(job, sub, err);
}

int submit_commit(struct engine *engine, struct commit *take_commit, submit_done_fn *done,
		  void *data, struct waiter **ret_waiter)
{
	struct ledger *ledger = engine->ledger;
	_cleanup_job_record_ struct job_record job = {0};
	struct ledger_submission sub = {0};
	struct commit *commit = take_commit;
	struct waiter *waiter = NULL;
	struct err err = {0};
	int r;

	if (!commit->size) {
		commit_finish(commit);
		*ret_waiter = NULL;
		return 0;
	}
	r = author_find_row(engine, commit->path, &commit->author, &job);
	if (r < 0)
		err_set(&err, -r, "the ledger cannot be written, nothing was sent: %s",
			strerror(-r));
	else
		r = soundness_refuse_damage(engine, &err);
	if (r == 0)
		r = rebound_make_way(engine, commit->path, &job, &err);
	if (r == 0)
		r = judge_commit(engine, commit, &job, &sub, &err);
	if (r == 0 && job.backup && (r = ledger_unmark_backup(ledger, job.row)) < 0)
		err_set(&err, -r, "the ledger cannot be written: %s", strerror(-r));
	if (r == 0 && !commit->keeps_text && (r = freshness_write(engine, &job, sub.digest)) < 0)
		err_set(&err, -r, "the ledger cannot be written: %s", strerror(-r));
	if (r == 0 && job.refused && (r = ledger_overwrite(ledger, job.row)) < 0)
		err_set(&err, -r, "the ledger cannot be written: %s", strerror(-r));
	if (r == 0)
		r = commit->rules->queue ? engine_enqueue(engine, &sub, &job, commit->path, done,
							  data, &waiter, &err)
					 : engine_submit(engine, &sub, &job, commit->path, done,
							 data, &waiter, &err);
	if (r < 0)
		r = submit_refuse(engine, commit->path, &commit->author, false, &err);
	else
		refusals_drop(engine, commit->path);
	ledger_submission_finish(&sub);
	commit_finish(commit);
	if (r == 0)
		*ret_waiter = waiter;
	return r;
}
