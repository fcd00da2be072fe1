/* SPDX-License-Identifier: MIT */
#include "coc/renewal.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "coc/bounds.h"
#include "coc/expiry.h"

struct renewal {
	struct loop *loop;
	struct metadata *metadata;
	struct loop_timer timer;
	int64_t due_s; /* of the next fetch, by the clock that says when keys end */
	unsigned failures;
	keys_fn *fn;
	void *data;
};

static void on_time(void *data);

/* The loop's clock stands still while the machine sleeps, and keys end all the same: so the real
 * time is looked at again and again. */
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

/* renewal may be gone when this returns. */
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

	if (time(NULL) < renewal->due_s) {
		wait_for_due_time(renewal);
		return;
	}
	if (metadata_fetch(renewal->metadata, on_fetched, renewal) == 0)
		return;
	err_set(&err, ENOMEM, "out of memory");
	on_fetched(renewal, NULL, &err);
}

int renewal_create(struct loop *loop, const struct coc_origin *origin, keys_fn *fn, void *data,
		   struct renewal **ret_renewal, struct err *err)
{
	struct renewal *renewal = calloc(1, sizeof(*renewal));
	int r;

	(void)origin;
	if (!renewal)
		return err_set(err, ENOMEM, "out of memory");
	renewal->loop = loop;
	renewal->fn = fn;
	renewal->data = data;
	r = metadata_create(loop, METADATA_ENDPOINT, &renewal->metadata, err);
	if (r < 0) {
		free(renewal);
		return r;
	}
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
	free(renewal);
}
