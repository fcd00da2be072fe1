/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_LOST_ANSWER_H
#define COCFS_SUBMIT_LOST_ANSWER_H

#include "submit/state.h"

/* What happens when a request may have reached the service, and its answer was lost. */

/* Puts a submission in doubt, because its request was given up without an answer. Begins to ask the
 * service what became of the request. */
void lost_answer_begin(struct submission *submission);

#endif
