/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COC_HTTP_PRIVATE_H
#define COCFS_COC_HTTP_PRIVATE_H

#include <sys/queue.h>

#include "coc/bounds.h"
#include "coc/http.h"
#include "coc/multi.h"

/* What http.c (the way of a request) and http_open.c (beginning and end) share. No other file
 * includes this. */
enum request_stage { WAITING, RUNNING, FINISHED, PLACES };

TAILQ_HEAD(request_list, http_request);

struct http {
	struct loop *loop;
	struct multi multi;
	struct http_options options; /* strings are owned */
	struct request_list lists[PLACES];
	/* requests that run, or have run and whose callbacks were not called yet */
	unsigned n_busy;
	unsigned n_begun; /* requests that began in the iteration of begun_ms */
	int64_t begun_ms;
	struct loop_timer next; /* set when no more requests may begin in this iteration */
	bool short_of;		/* no descriptor was free lately: at most `room` requests run */
	unsigned room;
	struct loop_timer again;
	CURL *spare[HTTP_EASY_SPARE_MAX];
	unsigned n_spare;
	/* set when a request has ended and no call of deliver_answers() follows */
	struct loop_timer delivery;
	bool delivering, dead;
	bool answered; /* the service has answered a request */
	/* ask curl for the names of certificates; costs time, so only until one was good */
	bool want_names;
};

/* Called after curl did something (struct multi_calls). Takes curl's results, and calls the
 * callbacks of the requests that have ended. */
void http_acted(void *data);

/* Called when more bytes have come for a request than any answer may have (struct multi_calls).
 * Ends the request. */
void http_flooded(void *data, CURL *easy);

/* Frees an http that has no request left. */
void http_free(struct http *http);

#endif
