/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COC_HTTP_H
#define COCFS_COC_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "loop/loop.h"

/*
 * HTTP/1.1 requests to one endpoint, many at once, on the loop (http.c says how). The program must
 * ignore SIGPIPE. All functions belong to the loop's thread.
 */
struct http;
struct http_request;

struct http_options {
	const char *unix_socket;  /* path to connect to instead of TCP, or NULL */
	const char *cacert;	  /* PEM file of the CA to trust instead of the system's, or NULL */
	bool proxy;		  /* go through the proxy that the environment names, if any */
	unsigned running_max;	  /* see http_set_running_max() */
	unsigned connections_max; /* that are kept, idle ones among them; 0: no bound */
};

/* What to send; all borrowed until the request ends. */
struct http_spec {
	const char *method; /* GET, POST, PUT or DELETE; a literal */
	const char *url;
	char *const *headers; /* "Name: value" */
	size_t n_headers;     /* at most HTTP_HEADERS_SENT_MAX */
	const void *body;     /* NULL: none */
	size_t body_size;
	size_t answer_max;  /* bytes of an answer's body that are kept */
	bool once;	    /* sent at most once, whatever breaks: for all that is not a GET */
	bool secret;	    /* the answer has keys: its body is kept in one piece, and wiped */
	const char *header; /* of the answer, to be kept: a literal; NULL: none */
};

/* What came of it; lives until the callback returns. */
struct http_answer {
	const struct err *err; /* NULL: there is a whole answer. EHOSTUNREACH, ECONNREFUSED, EPROTO,
				* ETIMEDOUT, EIO, ENOMEM, EMFILE, ENFILE, EACCES (a proxy) */
	bool sent;	       /* a byte of the request may have left this machine */
	unsigned status;
	const char *request_id;	 /* header X-Request-Id, or NULL */
	const char *retry_after; /* header Retry-After, or NULL */
	const char *header;	 /* the one that was to be kept, wiped later; or NULL */
	const void *body;
	size_t body_size;
	bool cut; /* the body is longer than what was to be kept of it */
};

/* Called once for a request that is not cancelled, from an iteration of the loop, never from within
 * http_start(). It may start and cancel other requests and destroy http. */
typedef void http_done_fn(void *data, const struct http_answer *answer);

/* Returns 0 and an owned http; -EINVAL: a path that cannot be used; -ENOMEM; err filled. */
int http_create(struct loop *loop, const struct http_options *options, struct http **ret_http,
		struct err *err);

/* Gives up what is under way (callbacks are not called) and frees; NULL is accepted. */
void http_destroy(struct http *http);

/* How many requests, and so connections, may run at once (0: no bound); others wait their turn. */
void http_set_running_max(struct http *http, unsigned max);

/*
 * Starts a request. Nothing of the request is sent before the next iteration of the loop.
 * timeout_ms bounds it from now: waiting for its turn, or for a free descriptor, counts. Returns 0
 * and a handle that is valid until the callback; -EINVAL: too many headers; -ENOMEM.
 */
int http_start(struct http *http, const struct http_spec *spec, int64_t timeout_ms,
	       http_done_fn *done, void *data, struct http_request **ret_request);

/* True while the request waits for its turn: nothing of it was sent. */
bool http_is_waiting(const struct http_request *request);

/* Gives a request up: its callback is not called. */
void http_cancel(struct http_request *request);

#endif
