/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_ASK_H
#define COCFS_SUBMIT_ASK_H

#include "submit/state.h"

/* The question before a request: when the service is asked, and what follows from the answer. A
 * create asks for the jobs of its name (question.c). An update or a deletion asks for the newest
 * version (base_check.c). */

/* Call this when the ledger could not make durable what was recorded of a queued submission. Looks
 * at the ledger again after LEDGER_AGAIN_MS. If the intent is recorded by then, the submission goes
 * on with its question, or with its request if it has no question. Otherwise the submission goes
 * back into the queue. Until then the submission has no slot. */
void submission_go_on_later(struct submission *submission);

/* Must the service be asked before the request of this submission is sent? Yes for a create, and
 * where versions_are_checked() says so. */
bool submission_is_asked_for(const struct submission *submission);

/* Asks the service the question of each submission in the list, whose intents must be committed.
 * Empties the list. */
void submission_ask_all(struct submission_list *begun);

/* Call this when the service did not process a call. Asks the question again, or sends the request
 * if there is none, after retry_after_ms, the service's Retry-After; if that is negative, after
 * some seconds. Returns true. If the submission has not that much time left, does nothing and
 * returns false. */
bool submission_retry_soon(struct submission *submission, int64_t retry_after_ms);

/* Ends an attempt because this machine cannot ask, or cannot record the answer: nothing was sent. A
 * queued submission is tried again later; any other fails. The text `what` says what failed, and r
 * is the -errno. */
void submission_give_up_for_now(struct submission *submission, const char *what, int r);

/* Call this when the service could not be asked, so that nothing was sent. The text `what` says
 * what the question was for, as in "for jobs of this name". Asks again if the service only wants
 * patience and a writer's submission has time left. Otherwise ends the attempt: a queued submission
 * is tried again later, any other fails. */
void submission_is_unasked(struct submission *submission, const struct coc_answer *answer,
			   const char *what);

#endif
