/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_BASE_CHECK_H
#define COCFS_SUBMIT_BASE_CHECK_H

#include "submit/state.h"

/* The check before an update or a deletion: base_check.c has the essay. */

/* Asks the service for the newest version. The submission holds a slot until the answer is there.
 * The answer comes in a later iteration. Returns 0, or -errno if nothing was asked. */
int base_check_begin(struct submission *submission);

/* Decides what follows from the newest version, which details shows. The request is sent on top of
 * that version, or need not be sent, or the version is a conflict. */
void base_check_judge(struct submission *submission, const struct coc_details *details);

#endif
