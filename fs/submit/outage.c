/* SPDX-License-Identifier: MIT */
/*
 * If the service is away, or asks for patience, the queue as a whole stands still: no single
 * submission is the reason. During an outage one submission at a time is sent to see whether the
 * outage is over, less and less often. The first answer, to any submission, lets the whole queue go
 * on without a further wait. If each submission waited by itself, many would still wait long after
 * the service is back. And a dead service would cost as many attempts as there are
 * submissions.
 */
#define _GNU_SOURCE
#include "submit/outage.h"

#include <errno.h>

#include "base/log.h"
#include "submit/show_state.h"

#define BACKOFF_FIRST_MS 1000
#define BACKOFF_MOST_MS 300000
#define BACKOFF_DOUBLINGS 9

/* The wait after a 429 without Retry-After: 2 to 5 s, as Huawei advises, spread at random. */
#define PATIENCE_MIN_MS 2000
#define PATIENCE_SPREAD_MS 3000

static long draw_random(const struct engine *engine)
{
	return engine->options.sources.random(engine->options.sources.data);
}

int64_t outage_backoff_ms(const struct engine *engine, int64_t failures)
{
	int64_t most_ms = failures < BACKOFF_DOUBLINGS ? (int64_t)BACKOFF_FIRST_MS << failures
						       : BACKOFF_MOST_MS;

	/* full jitter: submissions that failed together must not be sent again together */
	return draw_random(engine) % (most_ms < BACKOFF_MOST_MS ? most_ms : BACKOFF_MOST_MS);
}

int64_t outage_patience_ms(const struct engine *engine, int64_t retry_after_ms)
{
	return retry_after_ms >= 0 ? retry_after_ms
				   : PATIENCE_MIN_MS + draw_random(engine) % PATIENCE_SPREAD_MS;
}

static void note_failure(struct engine *engine)
{
	struct outage *outage = &engine->outage;
	int64_t now_ms = loop_now_ms(engine->loop);

	/* requests that were under way together count as one failure */
	if (outage->failures && now_ms < outage->probe_ms)
		return;
	outage->probe_ms = now_ms + outage_backoff_ms(engine, outage->failures);
	outage->failures++;
}

void outage_end(struct engine *engine)
{
	int64_t failures = engine->outage.failures;

	engine->outage.failures = 0;
	shows_service_is_there(engine->shows);
	if (failures > 0)
		engine->queue_may_have_next = true;
	/* after a single failure there was no outage: a round for a lost answer, begun at once,
	 * would probably fail again */
	if (failures > 1)
		engine->service_is_back = true;
}

void outage_note(struct engine *engine, const struct coc_answer *answer)
{
	int64_t until_ms;

	/* this process has too many files open: that says nothing of the service */
	if (answer->errnum == EMFILE || answer->errnum == ENFILE)
		return;
	if (answer->outcome == COC_NOT_SENT || answer->outcome == COC_UNKNOWN ||
	    answer->errnum == EACCES) {
		note_failure(engine);
		return;
	}
	outage_end(engine);
	if (answer->outcome != COC_NOT_PROCESSED)
		return;
	until_ms = loop_now_ms(engine->loop) + outage_patience_ms(engine, answer->retry_after_ms);
	if (engine->outage.throttled_until_ms < until_ms)
		engine->outage.throttled_until_ms = until_ms;
}

void outage_note_look(struct engine *engine, const struct coc_answer *answer)
{
	if (answer->outcome == COC_DONE || answer->outcome == COC_NOT_PROCESSED)
		outage_note(engine, answer);
}

bool outage_is_away(const struct coc_answer *answer)
{
	if (answer->errnum == EMFILE || answer->errnum == ENFILE)
		return false; /* this process has too many files open */
	return answer->outcome == COC_NOT_SENT || answer->errnum == EACCES ||
	       (answer->outcome == COC_UNKNOWN && !answer->status);
}

int64_t outage_throttled_ms(const struct engine *engine)
{
	int64_t wait_ms = engine->outage.throttled_until_ms - loop_now_ms(engine->loop);

	return wait_ms > 0 ? wait_ms : 0;
}

int64_t outage_wait_ms(const struct engine *engine)
{
	const struct outage *outage = &engine->outage;
	int64_t now_ms = loop_now_ms(engine->loop), wait_ms = outage_throttled_ms(engine);

	if (outage->failures && wait_ms < outage->probe_ms - now_ms)
		wait_ms = outage->probe_ms - now_ms;
	return wait_ms;
}

int64_t engine_queue_resumes_ms(const struct engine *engine)
{
	int64_t wait_ms = outage_wait_ms(engine);

	return wait_ms ? engine_realtime_ms(engine) + wait_ms : 0;
}
