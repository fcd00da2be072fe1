/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_PUT_BACK_H
#define COCFS_SUBMIT_PUT_BACK_H

#include "submit/state.h"

/* What goes back to the queue. */

/* The ledger could not be written for a submission that was taken from the queue: there it is as it
 * was. It is taken up again a little later. */
void queue_put_back(struct submission *submission);

/* Has the queue looked at after wait_ms. */
void queue_wake_after(struct engine *engine, int64_t wait_ms);

#endif
