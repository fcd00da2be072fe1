/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_SEND_H
#define COCFS_SUBMIT_SEND_H

#include "submit/state.h"

/* The request of a submission and its answer. */

/* Hands the request of a submission to the client, which sends it in the loop's next iteration. The
 * intent has to be durable by then. Ends the submission if the request cannot be handed over. */
void submission_send(struct submission *submission);

/* Takes the request back from the client, which has not sent it yet, because the intent did not
 * become durable. Call this in the iteration of submission_send(). */
void submission_take_back(struct submission *submission);

#endif
