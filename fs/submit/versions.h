/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_VERSIONS_H
#define COCFS_SUBMIT_VERSIONS_H

#include "submit/state.h"

/* What a submission is compared with: the versions of its job. Nothing is asked here. */

/* Is the service asked for the newest version before the request is sent? */
bool versions_are_checked(const struct submission *submission);

/* Keeps what the check compares with: what is recorded of the job. */
void versions_prepare(struct submission *submission, const struct job_record *job);

/* The base of a submission: the one that a person has named for it, or its row's. */
int64_t versions_base(const struct submission *submission);

/* The value of an attribute that an update sends. */
const char *versions_value(const struct submission *submission, enum attr attr);

/* The value that a version has of an attribute that can change, borrowed; NULL: not known. */
const char *versions_attribute(const struct coc_details *details, enum attr attr);

/* Has the version of a job the content of the submission, and each attribute that was changed
 * here? */
bool versions_match(const struct submission *submission, const struct coc_details *details);

/* Tells the version that is in the way: NULL if it is not known which; author may be NULL. And the
 * ways out. */
void versions_tell(const struct submission *submission, const char *version, const char *author,
		   int64_t time_ms, struct err *err);

#endif
