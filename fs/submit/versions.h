/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_VERSIONS_H
#define COCFS_SUBMIT_VERSIONS_H

#include "submit/state.h"

/* Compares a submission with the versions of its job. Asks the service nothing. */

/* Is the service asked for the newest version before the request is sent? Yes for an update or a
 * deletion. With conflict=overwrite only if a person has named a base newer than the file's
 * text. */
bool versions_are_checked(const struct submission *submission);

/* Copies from the row of the submission (job) what base_check.c compares with the newest version.
 * Returns 0 or -ENOMEM. */
int versions_prepare(struct submission *submission, const struct job_record *job);

/* Returns the base of a submission: the version that a person has named, or the base of its row. */
int64_t versions_base(const struct submission *submission);

/* Takes the attributes in details, which shows the newest version, as those that the service holds.
 * after: it was shown after the update was done, so sent values that it tells need not be assumed
 * (versions_complete()). Returns 0 or -ENOMEM. */
int versions_take(struct submission *submission, const struct coc_details *details, bool after);

/* Returns the value that an attribute of the job has after the update. That is the service's value
 * if it is known, and was not changed here; else the submission's. Borrowed. NULL: no value. */
const char *versions_value(const struct submission *submission, enum attr attr);

/* Returns the value that is sent for an attribute. NULL: none is sent, and the service keeps its
 * value. Borrowed. */
const char *versions_sent_value(const struct submission *submission, enum attr attr);

/* Call this after an update was done. Takes each changed value that was sent as held by the
 * service, unless versions_take() has seen the service's own value since. Returns 0 or -ENOMEM. A
 * second call changes nothing. */
int versions_complete(struct submission *submission);

/* Checks that the risk level that the job has after the update is within max_risk=. Returns 0 if it
 * is, or -EPERM with err filled. */
int versions_check_risk(const struct submission *submission, struct err *err);

/* Lists the values in the service's answer, borrowed. NULL: not in the answer; the tags never
 * are. */
void versions_told(const struct coc_details *details, const char *ret_told[ATTR_COUNT]);

/* Does the version in details have the content of the submission? */
bool versions_match_text(const struct submission *submission, const struct coc_details *details);

/* Does the version in details have the content of the submission, and the submission's value of
 * each attribute that was changed here? An attribute that the service does not tell counts as
 * equal. */
bool versions_match(const struct submission *submission, const struct coc_details *details);

/* Does a job whose newest version is `newest` have as many versions as the service keeps? If so,
 * fills err (EDQUOT): the update must not be sent. */
bool versions_are_used_up(int64_t newest, struct err *err);

/* Has a job whose newest version is `newest` only few versions left, as VERSIONS_WARN_FROM or more
 * are used? If so, fills warning, which says how many are left. */
bool versions_run_short(int64_t newest, struct err *warning);

/* Returns a sentence for the story of a refused commit: it says where the content is now. The text
 * is constant. */
const char *versions_kept(const struct ledger_submission *record);

/* Adds to err the version that is in the way, its author and time, and the ways out. version: NULL
 * if it is not known; author may be NULL. */
void versions_tell(const struct submission *submission, const char *version, const char *author,
		   int64_t time_ms, struct err *err);

#endif
