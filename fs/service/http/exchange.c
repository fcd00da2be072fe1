/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "service/http/exchange.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "bounds/api.h"
#include "service/bounds.h"
#include "service/store/random.h"

int exchange_create(const char *raw, const char *host, struct exchange **ret_exchange)
{
	struct exchange *exchange = calloc(1, sizeof(*exchange));
	struct request *request;
	char uuid[UUID_SIZE];
	int r;

	if (!exchange)
		return -ENOMEM;
	request = &exchange->request;
	exchange->raw = strdup(raw);
	r = exchange->raw ? random_uuid(uuid) : -ENOMEM;
	if (r < 0) {
		free(exchange->raw);
		free(exchange);
		return r;
	}
	exchange->received = raw;
	exchange->received_size = strlen(raw);
	request->clock_ms = clock_monotonic_ms();
	request->now_ms = clock_realtime_ms();
	snprintf(request->id, sizeof(request->id), "%s-%" PRId64 "-%s", uuid, request->now_ms,
		 host);
	*ret_exchange = exchange;
	return 0;
}

void exchange_destroy(struct exchange *exchange, struct exchange_budget *budget)
{
	if (!exchange)
		return;
	budget->held -= exchange->body.size;
	buf_finish(&exchange->body);
	uri_finish(&exchange->request.uri);
	free(exchange->raw);
	free(exchange);
}

/* Drops the body that was kept so far. Further parts are only counted. */
static void drop_body(struct exchange *exchange, struct exchange_budget *budget)
{
	budget->held -= exchange->body.size;
	buf_finish(&exchange->body);
}

/*
 * A body that is too large, or for which the budget has no room, is still read and not kept. Beyond
 * SERVICE_BODY_DRAIN_MAX it is not read either. If the connection were closed while the client
 * writes, the client would see a broken pipe and not the answer.
 */
int exchange_body(struct exchange *exchange, struct exchange_budget *budget, const void *bytes,
		  size_t size)
{
	int r;

	exchange->heard += size;
	if (exchange->heard > SERVICE_BODY_DRAIN_MAX)
		return -EMSGSIZE;
	if (exchange->heard > COC_BODY_MAX)
		exchange->too_large = true;
	else if (budget->held + size > SERVICE_BODIES_MAX)
		exchange->no_room = true;
	if (exchange->too_large || exchange->no_room) {
		drop_body(exchange, budget);
		return 0;
	}
	r = buf_append(&exchange->body, bytes, size);
	if (r < 0)
		return r;
	budget->held += size;
	return 0;
}
