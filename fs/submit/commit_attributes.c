/* SPDX-License-Identifier: MIT */
/* Settles which attributes a commit has. The value that is nearest to the file counts. */
#define _GNU_SOURCE
#include "submit/commit_attributes.h"

#include <errno.h>
#include <string.h>

#include "job/comments.h"
#include "job/fixed.h"
#include "job/origins.h"
#include "submit/kept_attributes.h"

/* Refuses a project or tags, of the file or of its comments, that differ from those of the existing
 * job. Returns 0, or -EPERM with err filled. */
static int check_fixed_attributes(const struct attr_set *own, const struct comments *comments,
				  const struct job_record *job, struct err *err)
{
	for (int i = 0; i < ATTR_COUNT; i++) {
		const struct comment_place *place = own->value[i] ? NULL : &comments->places[i];
		const char *wanted = own->value[i] ? own->value[i] : comments->set.value[i];

		/* a value that the service does not tell (unresolved) may be the wanted one */
		if (!wanted || job->sent.unresolved & 1U << i ||
		    attr_check_fixed((enum attr)i, wanted, strlen(wanted), job->sent.value[i],
				     "set it back", err) == 0)
			continue;
		if (place)
			err_place(err, place->line, place->column);
		return -EPERM;
	}
	return 0;
}

/* Sets again on the file the attributes that its name has kept, and marks the file's own as
 * explicit. Leaves out attributes that cannot change. Returns 0 or -errno. */
static int keep_own_attributes(struct engine *engine, struct commit *commit,
			       const struct job_record *job)
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
			/* the commit before had no value for it: the file's own attribute was
			 * empty */
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

/* Returns the attributes of a set that have a value: bits 1 << attr. */
static unsigned present(const struct attr_set *set)
{
	unsigned bits = 0;

	for (int i = 0; i < ATTR_COUNT; i++)
		if (set->value[i])
			bits |= 1U << i;
	return bits;
}

/* Finds the values of a commit, nearest first, and marks where each came from (said, named,
 * defaulted). Returns 0 or -ENOMEM. */
static int find_values(struct commit *commit, const struct comments *comments)
{
	struct attr_set *own = &commit->own;
	int added = attr_set_merge(own, &comments->set);

	if (added < 0)
		return added;
	own->said = present(own);
	own->named = commit->named & own->said;
	added = attr_set_merge(own, &commit->inherited);
	if (added < 0)
		return added;
	own->defaulted = (unsigned)added & commit->inherited.defaulted;
	return 0;
}

/* If the commit has no risk level, and nobody here has set one so far, the job keeps its level. But
 * if somebody has set one and removed it, the commit gets no level here: a person has to set one.
 * Returns 0 or -ENOMEM. */
static int keep_risk(struct attr_set *own, const struct job_record *job)
{
	const char *risk = job->held.value[ATTR_RISK_LEVEL];
	const unsigned bit = 1U << ATTR_RISK_LEVEL;

	if (own->value[ATTR_RISK_LEVEL])
		return 0;
	own->defaulted |= bit;
	if (!job->job_id || !risk || !((job->sent.unresolved | job->sent.defaulted) & bit))
		return 0;
	own->absent |= bit;
	return attr_set_put(own, ATTR_RISK_LEVEL, risk, strlen(risk));
}

/* Returns the highest risk level that this commit may have. A level that stays as the service has
 * it has no limit here: versions_check_risk() checks it when the service has shown it. */
static enum risk highest_risk(const struct commit *commit, const struct job_record *job)
{
	return job->job_id && !(origins_changed(&commit->own, job) & 1U << ATTR_RISK_LEVEL)
		       ? RISK_HIGH
		       : commit->rules->max_risk;
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
	r = keep_own_attributes(engine, commit, job);
	if (r < 0)
		return err_set(err, -r, "the attributes of its name cannot be read: %s",
			       strerror(-r));
	if (find_values(commit, &comments) < 0 || keep_risk(&commit->own, job) < 0)
		return err_set(err, ENOMEM, "out of memory");
	commit->own.unresolved = job->sent.unresolved & ATTR_FIXED_BITS;
	r = attrs_settle(&commit->own, report, stem, commit->shown, highest_risk(commit, job), err);
	if (r == 0 && !commit->own.value[ATTR_DESCRIPTION])
		commit->own.defaulted |= 1U << ATTR_DESCRIPTION;
	return r;
}
