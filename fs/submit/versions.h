/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_VERSIONS_H
#define COCFS_SUBMIT_VERSIONS_H

#include "submit/state.h"

/* What a submission is compared with: the versions of its job. Nothing is asked here. */

/* Is the service asked for the newest version before the request is sent? With conflict=overwrite
 * only if somebody has named a newer base. */
bool versions_are_checked(const struct submission *submission);

/* Keeps what the check compares with: what is recorded of the job. Returns 0 or -ENOMEM. */
int versions_prepare(struct submission *submission, const struct job_record *job);

/* The base of a submission: the one that a person has named for it, or its row's. */
int64_t versions_base(const struct submission *submission);

/* Takes what the newest version says of the attributes, as what the service holds. after: the
 * update was done. Returns 0 or -ENOMEM. */
int versions_take(struct submission *submission, const struct coc_details *details, bool after);

/* The value of an attribute that a job has after an update: ours if it was changed here, else what
 * the service holds. */
const char *versions_value(const struct submission *submission, enum attr attr);

/* The value of an attribute that is sent; NULL: none, and the service keeps what it has. */
const char *versions_sent_value(const struct submission *submission, enum attr attr);

/* An update was done: completes what the service holds with what was sent. Returns 0 or -ENOMEM.
 * Saying it again changes nothing. */
int versions_complete(struct submission *submission);

/* Is the risk level that the job has after an update within max_risk=? 0, or -EPERM with err. */
int versions_check_risk(const struct submission *submission, struct err *err);

/* The values of a version in the service's answer, borrowed; NULL: not in the answer, as the tags
 * never are. */
void versions_told(const struct coc_details *details, const char *ret_told[ATTR_COUNT]);

/* Has the version of a job the content of the submission? */
bool versions_match_text(const struct submission *submission, const struct coc_details *details);

/* Has it the content of the submission, and each attribute that was changed
 * here? */
bool versions_match(const struct submission *submission, const struct coc_details *details);

/* Has the job as many versions as the service keeps, by the newest one? Then an update is refused
 * before it is sent: err has the story, EDQUOT. */
bool versions_are_used_up(int64_t newest, struct err *err);

/* Are few versions left, by the newest one: VERSIONS_WARN_FROM or more are used? Then warning tells
 * how many. */
bool versions_run_short(int64_t newest, struct err *warning);

/* Where the text of a refused commit is, for its story. */
const char *versions_kept(const struct ledger_submission *record);

/* Tells the version that is in the way: NULL if it is not known which; author may be NULL. And the
 * ways out. */
void versions_tell(const struct submission *submission, const char *version, const char *author,
		   int64_t time_ms, struct err *err);

#endif
