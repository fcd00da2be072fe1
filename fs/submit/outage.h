/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_OUTAGE_H
#define COCFS_SUBMIT_OUTAGE_H

#include "submit/state.h"

/* The service is away, or asks for patience. */

/* Takes note of an answer of the service, or that there was none. */
void outage_note(struct engine *engine, const struct coc_answer *answer);

/* The same of a look at the jobs that no submission waits for: a call without an answer does not
 * stop the queue. What the service says of all calls counts: that it is there, or wants patience.
 */
void outage_note_look(struct engine *engine, const struct coc_answer *answer);

/* Has the service given no answer at all, or does it take no call with these keys? */
bool outage_is_away(const struct coc_answer *answer);

/* The service is there: everything goes on. */
void outage_end(struct engine *engine);

/* How long the queue stands still from now, by what was noted. During an outage it then sends one
 * at a time until an answer comes. */
int64_t outage_wait_ms(const struct engine *engine);

/* How long the service still wants to be left alone, by all calls; 0: it does not. */
int64_t outage_throttled_ms(const struct engine *engine);

/* How long to wait after so many failures: at random up to 1 s, doubled with each, at most 5
 * min. */
int64_t outage_backoff_ms(const struct engine *engine, int64_t failures);

/* How long the service wants to be left alone: its Retry-After, or (negative) 2 to 5 s. */
int64_t outage_patience_ms(const struct engine *engine, int64_t retry_after_ms);

/* When the queue goes on that stands still since the service is away or asked for patience;
 * milliseconds since the epoch, 0: it does not stand still. */
int64_t engine_queue_resumes_ms(const struct engine *engine);

#endif
