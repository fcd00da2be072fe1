/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_COMMIT_ATTRIBUTES_H
#define COCFS_SUBMIT_COMMIT_ATTRIBUTES_H

#include "submit/state.h"

/*
 * Settles the attributes of a commit in commit->own. The nearest value counts: of the file, of its
 * comments, of its directories, of the mount, of the document. Also sets again on the file the
 * attributes that its name has kept.
 *
 * The record of the path is `job`, the report on the document is `report`, and `stem` is the file's
 * name without its suffix. Returns 0, or -errno with err filled.
 */
int commit_attributes(struct engine *engine, struct commit *commit, const struct job_record *job,
		      const struct dsl_report *report, const char *stem, struct err *err);

#endif
