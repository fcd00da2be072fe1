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
	unsigned n_busy;  /* requests that ran and whose callbacks have not been called */
	unsigned n_begun; /* requests, in the iteration of begun_ms */
	int64_t begun_ms;
	struct loop_timer next; /* set when no more may begin in this iteration */
	bool short_of;		/* descriptors: not more than room requests run */
	unsigned room;
	struct loop_timer again;
	CURL *spare[HTTP_EASY_SPARE_MAX];
	unsigned n_spare;
	struct loop_timer delivery; /* set when a request ends with no deliver() to follow */
	bool delivering, dead;
	bool answered;	 /* the service has answered a request */
	bool want_names; /* of certificates, to tell them: costs time, so only until one was good */
};

/* curl did something: takes what came of it (struct multi_calls). */
void http_acted(void *data);

/* An answer has more bytes than any answer may have (struct multi_calls). */
void http_flooded(void *data, CURL *easy);

/* Frees what is left when no request is. */
void http_free(struct http *http);

#endif
