/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_COMMIT_ATTRIBUTES_H
#define COCFS_SUBMIT_COMMIT_ATTRIBUTES_H

#include "submit/state.h"

/*
 * Settles the attributes of a commit, in commit->own: those of the file, of its comments, of its
 * directories and of the mount, nearest first, then what the document says. The file gets back what
 * its name has kept. job: what is recorded of the path; report: of the document; stem: the file's
 * name without its suffix. Returns 0, or -errno with err filled.
 */
int commit_attributes(struct engine *engine, struct commit *commit, const struct job_record *job,
		      const struct dsl_report *report, const char *stem, struct err *err);

#endif
