/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_BASE_CHECK_H
#define COCFS_SUBMIT_BASE_CHECK_H

#include "submit/state.h"

/* The check before an update or a deletion: base_check.c has the essay. */

/* Asks for the newest version; the submission holds a slot meanwhile. What follows from the answer
 * happens later. Returns 0; -errno, and nothing was asked. */
int base_check_begin(struct submission *submission);

/* The newest version is shown: the request is sent on top of that version, or nothing need be sent,
 * or that version is in the way. */
void base_check_judge(struct submission *submission, const struct coc_details *details);

#endif
