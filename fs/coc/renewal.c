/* SPDX-License-Identifier: MIT */
#include "coc/renewal.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "coc/bounds.h"
#include "coc/expiry.h"
#include "coc/id_token.h"

struct renewal {
	struct loop *loop;
	struct coc_origin origin;
	struct metadata *metadata; /* either this or id_token is set */
	struct id_token *id_token;
	struct loop_timer timer;
	int64_t due_s; /* when the next fetch is due, on the real-time clock, by which keys end */
	unsigned failures;
	keys_fn *fn;
	void *data;
};

static void on_time(void *data);

/* Sets the timer. Keys end while the machine sleeps, but the loop's clock stands still then. So the
 * timer runs at least every KEYS_CLOCK_LOOK_S, and reads the real time. */
static void wait_for_due_time(struct renewal *renewal)
{
	int64_t left_s = renewal->due_s - time(NULL);

	if (left_s > KEYS_CLOCK_LOOK_S)
		left_s = KEYS_CLOCK_LOOK_S;
	if (left_s < 0)
		left_s = 0;
	loop_timer_set(renewal->loop, &renewal->timer, loop_now_ms(renewal->loop) + left_s * 1000,
		       on_time, renewal);
}

/* Ends a fetch: sets the timer of the next one, and calls renewal->fn with keys, or with err. fn
 * may destroy the renewal. */
static void on_fetched(void *data, struct coc_creds *creds, const struct err *err)
{
	struct renewal *renewal = data;
	const int64_t now_s = time(NULL);

	renewal->failures = creds ? 0 : renewal->failures + 1;
	renewal->due_s = now_s + (creds ? expiry_renewal_s(now_s, creds->expires_s)
					: expiry_retry_s(renewal->failures, random()));
	wait_for_due_time(renewal);
	renewal->fn(renewal->data, creds, err);
}

static void on_time(void *data)
{
	struct renewal *renewal = data;
	struct err err = {0};
	int r = 0;

	if (time(NULL) < renewal->due_s) {
		wait_for_due_time(renewal);
		return;
	}
	if (renewal->id_token)
		r = id_token_fetch(renewal->id_token, on_fetched, renewal, &err);
	else if (metadata_fetch(renewal->metadata, on_fetched, renewal) < 0)
		r = err_set(&err, ENOMEM, "out of memory");
	if (r < 0)
		on_fetched(renewal, NULL, &err);
}

int renewal_create(struct loop *loop, struct coc_origin *origin, const char *cacert, keys_fn *fn,
		   void *data, struct renewal **ret_renewal, struct err *err)
{
	struct renewal *renewal = calloc(1, sizeof(*renewal));
	int r;

	if (!renewal)
		return err_set(err, ENOMEM, "out of memory");
	renewal->loop = loop;
	renewal->fn = fn;
	renewal->data = data;
	renewal->origin = *origin;
	if (origin->kind == ORIGIN_ID_TOKEN)
		r = id_token_create(loop, &renewal->origin, cacert, &renewal->id_token, err);
	else
		r = metadata_create(loop, METADATA_ENDPOINT, &renewal->metadata, err);
	if (r < 0) {
		free(renewal);
		return r;
	}
	*origin = (struct coc_origin){.kind = origin->kind};
	wait_for_due_time(renewal);
	*ret_renewal = renewal;
	return 0;
}

void renewal_destroy(struct renewal *renewal)
{
	if (!renewal)
		return;
	loop_timer_cancel(&renewal->timer);
	metadata_destroy(renewal->metadata);
	id_token_destroy(renewal->id_token);
	coc_origin_finish(&renewal->origin);
	free(renewal);
}
