/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_PUT_BACK_H
#define COCFS_SUBMIT_PUT_BACK_H

#include "submit/state.h"

/* Puts submissions back into the queue. */

/* Puts back a submission that was taken from the queue. Call this when the ledger could not be
 * written, and nothing was sent. The ledger records the submission as queued again, and it is sent
 * after LEDGER_AGAIN_MS at the earliest. If the ledger fails again, it is sent after the next
 * mount. A submission behind it waits for a slot next. Frees the submission. */
void queue_put_back(struct submission *submission);

/* Sets the timer of the queue: the queue is looked at after wait_ms. */
void queue_wake_after(struct engine *engine, int64_t wait_ms);

#endif
