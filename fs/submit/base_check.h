/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_BASE_CHECK_H
#define COCFS_SUBMIT_BASE_CHECK_H

#include "submit/state.h"

/* The check before an update or a deletion. The comment at the top of base_check.c has the
 * rules. */

/* Asks the service for the newest version of the submission's job. Until the answer comes, in a
 * later iteration, the submission counts for inflight_max (it holds a slot). Returns 0, or -errno
 * if nothing was asked. */
int base_check_begin(struct submission *submission);

/* Decides what follows from the newest version, which details shows. The request is sent on top of
 * that version. Or the submission ends: as OUTCOME_HELD if the service has the content already, as
 * OUTCOME_FAILED if the version is a conflict or another rule forbids the request. If the ledger
 * fails, ends the attempt. */
void base_check_judge(struct submission *submission, const struct coc_details *details);

#endif
