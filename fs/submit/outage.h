/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_OUTAGE_H
#define COCFS_SUBMIT_OUTAGE_H

#include "submit/state.h"

/* What the engine knows of an outage: the service is away, or asks for patience. */

/* Call this with the answer to each question or request of a submission, also with the outcome that
 * no answer came. Begins or ends an outage, but not if this process had too many files open. */
void outage_note(struct engine *engine, const struct coc_answer *answer);

/* Call this instead of outage_note() with the answer to a question that no submission waits for,
 * such as a page of a scan. It notes only that the service is there, or wants patience. A missing
 * answer is not noted: it must not stop the queue. */
void outage_note_look(struct engine *engine, const struct coc_answer *answer);

/* Does this answer say that the service is away? Yes if there was no answer at all, or if the
 * service accepts no call with the mount's keys. */
bool outage_is_away(const struct coc_answer *answer);

/* Call this function when the service is there, or may be there again. Ends an outage: the queue is
 * sent again. If more than one failure came before, the next rounds for lost answers begin without
 * a further wait, too. */
void outage_end(struct engine *engine);

/* Returns for how many milliseconds from now the queue stands still; 0: it does not. After such a
 * wait in an outage the queue sends one submission at a time until an answer comes. */
int64_t outage_wait_ms(const struct engine *engine);

/* Returns for how many milliseconds the service still wants no call at all; 0: calls are
 * welcome. */
int64_t outage_throttled_ms(const struct engine *engine);

/* Returns how many ms to wait after a failure: a random time below a limit. failures: how many
 * failures came in a row before it. The limit is 1 s for 0, and doubles with each, up to 5 min. */
int64_t outage_backoff_ms(const struct engine *engine, int64_t failures);

/* Returns for how many ms the service wants to be left alone: retry_after_ms, its Retry-After. If
 * that is negative, a random time from 2 to 5 s. */
int64_t outage_patience_ms(const struct engine *engine, int64_t retry_after_ms);

/* Returns when the queue goes on, in milliseconds since the epoch, if it stands still
 * (outage_wait_ms()). 0: it does not stand still. */
int64_t engine_queue_resumes_ms(const struct engine *engine);

#endif
