/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_ASK_H
#define COCFS_SUBMIT_ASK_H

#include "submit/state.h"

/* The question before a request: when the service is asked, and what follows from the answer. A
 * create asks for the jobs of its name (question.c). An update or a deletion asks for the newest
 * version (base_check.c). */

/* The ledger could not make durable what was recorded of a queued submission. Tries again after
 * LEDGER_AGAIN_MS. If its intent is recorded, the submission goes on, and a create asks for the
 * jobs of its name again. Otherwise the submission goes back into the queue. It has no slot until
 * then. */
void submission_go_on_later(struct submission *submission);

/* Must the service be asked before the request of this submission is sent? */
bool submission_is_asked_for(const struct submission *submission);

/* Asks for submissions that were begun and whose intents are committed. Empties the list. */
void submission_ask_all(struct submission_list *begun);

/* Sends the request again after retry_after_ms, the service's Retry-After; if that is negative,
 * after some seconds. Returns false, and does nothing, if the submission has not enough time
 * left. */
bool submission_retry_soon(struct submission *submission, int64_t retry_after_ms);

/* Ends an attempt because this machine cannot ask, or cannot record the answer: nothing was sent.
 * The text `what` says what failed, and r is the -errno. */
void submission_give_up_for_now(struct submission *submission, const char *what, int r);

/* Call this when the service could not be asked, so that nothing was sent. The text `what` says
 * what the question was for, as in "for jobs of this name". Asks again if the submission has time
 * left, otherwise ends it. */
void submission_is_unasked(struct submission *submission, const struct coc_answer *answer,
			   const char *what);

#endif
