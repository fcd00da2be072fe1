/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_ASK_H
#define COCFS_SUBMIT_ASK_H

#include "submit/state.h"

/* The question before a create: when it is asked, and what follows from the answer. */

/* What was recorded of a queued submission could not be made durable. After LEDGER_AGAIN_MS it goes
 * on if its intent is recorded (a create asks for the jobs of its name again), else it is put back
 * into the queue. It has no slot until then. */
void submission_go_on_later(struct submission *submission);

/* Asks for creates that were begun and are committed; the list is empty then. */
void submission_ask_all(struct submission_list *begun);

/* Has the request sent again after the service's Retry-After (negative: some seconds), if there is
 * time for it. */
bool submission_retry_soon(struct submission *submission, int64_t retry_after_ms);

#endif
