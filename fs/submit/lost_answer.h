/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_LOST_ANSWER_H
#define COCFS_SUBMIT_LOST_ANSWER_H

#include "submit/state.h"

/* A request may have reached the service, and its answer was lost. */

/* Takes a submission whose request was given up without an answer: starts asking. */
void lost_answer_begin(struct submission *submission);

#endif
