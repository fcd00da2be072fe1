/* SPDX-License-Identifier: MIT */
/* Which attributes a commit has: what is nearest to the file counts. */
#define _GNU_SOURCE
#include "submit/commit_attributes.h"

#include <errno.h>
#include <string.h>

#include "job/comments.h"
#include "job/fixed.h"
#include "submit/kept_attributes.h"

/* A project or tags of the file's own, or of its comments, that differ from those the job was made
 * with. */
static int check_fixed_attributes(const struct attr_set *own, const struct comments *comments,
				  const struct job_record *job, struct err *err)
{
	for (int i = 0; i < ATTR_COUNT; i++) {
		const struct comment_place *place = own->value[i] ? NULL : &comments->places[i];
		const char *wanted = own->value[i] ? own->value[i] : comments->set.value[i];

		if (!wanted || attr_check_fixed((enum attr)i, wanted, strlen(wanted),
						job->sent.value[i], "set it back", err) == 0)
			continue;
		if (place)
			err_context(err, "%u:%u", place->line, place->column);
		return -EPERM;
	}
	return 0;
}

/* Gives the file back what its name has kept, and marks what is its own. */
static int keep_own(struct engine *engine, struct commit *commit, const struct job_record *job)
{
	struct ledger_submission pending = {0};
	struct attr_set *own = &commit->own;
	const struct attr_set *last;
	int r = kept_find(engine, job, &pending, &last);

	for (int i = 0; r == 0 && i < ATTR_COUNT; i++) {
		const enum attr attr = (enum attr)i;

		if (attr_is_fixed(attr))
			continue;
		if (!own->value[attr] && (last->explicit & (1U << attr))) {
			/* none was sent: an empty one */
			const char *value = last->value[attr] ? last->value[attr] : "";

			commit->put(commit->file, attr, value);
			r = attr_set_put(own, attr, value, strlen(value));
		}
		if (own->value[attr])
			own->explicit |= 1U << attr;
	}
	ledger_submission_finish(&pending);
	return r;
}

/* Adds the values of a set that is farther away. */
static int merge_attributes(struct attr_set *set, const struct attr_set *farther)
{
	for (int i = 0; i < ATTR_COUNT; i++) {
		const char *value = farther->value[i];

		if (value && attr_set_default(set, (enum attr)i, value, strlen(value)) < 0)
			return -ENOMEM;
	}
	return 0;
}

int commit_attributes(struct engine *engine, struct commit *commit, const struct job_record *job,
		      const struct dsl_report *report, const char *stem, struct err *err)
{
	_cleanup_comments_ struct comments comments = {0};
	int r = comments_read(commit->content, commit->size, &comments, err);

	if (r == 0 && job->job_id)
		r = check_fixed_attributes(&commit->own, &comments, job, err);
	if (r < 0)
		return r;
	r = keep_own(engine, commit, job);
	if (r < 0)
		return err_set(err, -r, "the attributes of its name cannot be read: %s",
			       strerror(-r));
	if (merge_attributes(&commit->own, &comments.set) < 0 ||
	    merge_attributes(&commit->own, &commit->inherited) < 0)
		return err_set(err, ENOMEM, "out of memory");
	return attrs_settle(&commit->own, report, stem, commit->shown, commit->rules->max_risk,
			    err);
}
