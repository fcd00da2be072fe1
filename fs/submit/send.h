/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_SEND_H
#define COCFS_SUBMIT_SEND_H

#include "submit/state.h"

/* The request and its answer. */

/* Has the request of a submission sent in the loop's next iteration, by which its intent has to be
 * durable. */
void submission_send(struct submission *submission);

/* Takes that back in the same iteration. */
void submission_take_back(struct submission *submission);

#endif
