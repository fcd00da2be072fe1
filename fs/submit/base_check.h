/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_BASE_CHECK_H
#define COCFS_SUBMIT_BASE_CHECK_H

#include "submit/state.h"

/* The check before an update or a deletion: base_check.c has the essay. */

/* Is the service asked for the newest version before the request is sent? */
bool base_check_is_needed(const struct submission *submission);

/* Keeps what the check compares with: what is recorded of the job. */
void base_check_prepare(struct submission *submission, const struct job_record *job);

/* Asks for the newest version; the submission holds a slot meanwhile. What follows from the answer
 * happens later. Returns 0; -errno, and nothing was asked. */
int base_check_begin(struct submission *submission);

/* The value of an attribute that an update sends. */
const char *base_check_value(const struct submission *submission, enum attr attr);

/* Has the version of a job the content of the submission, and each attribute that was changed
 * here? */
bool base_check_matches(const struct submission *submission, const struct coc_details *details);

/* Tells the version that is in the way: NULL if it is not known which; author may be NULL. And the
 * ways out. */
void base_check_tell_version(const struct submission *submission, const char *version,
			     const char *author, int64_t time_ms, struct err *err);

/* The number of a version, "v12"; 0 if it was not told. */
int64_t base_check_number(const struct coc_details *details);

#endif
