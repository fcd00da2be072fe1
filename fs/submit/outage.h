/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_OUTAGE_H
#define COCFS_SUBMIT_OUTAGE_H

#include "submit/state.h"

/* What the engine knows of an outage: the service is away, or asks for patience. */

/* Call this with the answer to each request of a submission, also if there was no answer. Begins or
 * ends an outage. */
void outage_note(struct engine *engine, const struct coc_answer *answer);

/* Call this with the answer to a question about jobs that no submission waits for. A missing answer
 * does not stop the queue. An answer that concerns all calls counts: the service is there, or wants
 * patience. */
void outage_note_look(struct engine *engine, const struct coc_answer *answer);

/* Is the service away? True if there was no answer at all, or if the service accepts no call with
 * these keys. */
bool outage_is_away(const struct coc_answer *answer);

/* Call this function when the service is there, or may be there again. Ends an outage: the queue is
 * sent again. After more than one failure, the next rounds for lost answers begin at once, too. */
void outage_end(struct engine *engine);

/* Returns for how many milliseconds from now the queue stands still. After that, during an outage,
 * the queue sends one submission at a time until an answer comes. */
int64_t outage_wait_ms(const struct engine *engine);

/* Returns for how many milliseconds the service still wants no call at all; 0: calls are
 * welcome. */
int64_t outage_throttled_ms(const struct engine *engine);

/* Returns how long to wait after this number of failures in a row: a random time, up to 1 s after
 * the first failure. Each further failure doubles the limit, up to 5 min. */
int64_t outage_backoff_ms(const struct engine *engine, int64_t failures);

/* Returns how long the service wants to be left alone: retry_after_ms, its Retry-After. If that is
 * negative, 2 to 5 s. */
int64_t outage_patience_ms(const struct engine *engine, int64_t retry_after_ms);

/* Returns when the queue goes on that stands still because the service is away or asked for
 * patience. In milliseconds since the epoch; 0: the queue does not stand still. */
int64_t engine_queue_resumes_ms(const struct engine *engine);

#endif
