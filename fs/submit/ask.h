/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_ASK_H
#define COCFS_SUBMIT_ASK_H

#include "submit/state.h"

/* The question before a request: when it is asked, and what follows from the answer. Before a
 * create it is for the jobs of its name (question.c), else for the newest version (base_check.c).
 */

/* What was recorded of a queued submission could not be made durable. After LEDGER_AGAIN_MS it goes
 * on if its intent is recorded (a create asks for the jobs of its name again), else it is put back
 * into the queue. It has no slot until then. */
void submission_go_on_later(struct submission *submission);

/* Is the service asked before the request of a submission is sent? */
bool submission_is_asked_for(const struct submission *submission);

/* Asks for submissions that were begun and are committed; the list is empty then. */
void submission_ask_all(struct submission_list *begun);

/* Has the request sent again after the service's Retry-After (negative: some seconds), if there is
 * time for it. */
bool submission_retry_soon(struct submission *submission, int64_t retry_after_ms);

/* It is we who cannot ask, or record the answer, now: nothing was sent. r: -errno. */
void submission_give_up_for_now(struct submission *submission, const char *what, int r);

/* The service could not be asked, so nothing was sent; what: for what it could not be. The question
 * is asked again, if there is time for it, or the submission ends. */
void submission_is_unasked(struct submission *submission, const struct coc_answer *answer,
			   const char *what);

#endif
