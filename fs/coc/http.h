/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COC_HTTP_H
#define COCFS_COC_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "loop/loop.h"

/*
 * HTTP/1.1 requests to one endpoint, many at the same time, on the loop. http.c has the essay. The
 * program must ignore SIGPIPE. All functions must be called from the loop's thread.
 */
struct http;
struct http_request;

struct http_options {
	const char *unix_socket;  /* path of a Unix socket to use instead of TCP, or NULL */
	const char *cacert;	  /* PEM file of the CA to trust instead of the system's, or NULL */
	bool proxy;		  /* use the proxy that the environment names, if any */
	unsigned running_max;	  /* see http_set_running_max() */
	unsigned connections_max; /* most connections that are kept, with idle ones; 0: no bound */
};

/* A request. All borrowed until the request ends. */
struct http_spec {
	const char *method; /* GET, POST, PUT or DELETE; a literal */
	const char *url;
	char *const *headers; /* each is "Name: value" */
	size_t n_headers;     /* how many headers there are: at most HTTP_HEADERS_SENT_MAX */
	const void *body;     /* NULL: the request has no body */
	size_t body_size;
	size_t answer_max; /* bytes of the answer's body that are kept */
	/* send it at most once, even if the connection breaks: set this unless it is a GET */
	bool once;
	bool secret;	    /* the answer has keys: its body is kept in one piece, and wiped */
	const char *header; /* name of a header of the answer to keep; a literal, or NULL */
};

/* What a request has brought. Lives until the callback returns. */
struct http_answer {
	/* NULL: there is a whole answer. Otherwise why there is none, as EHOSTUNREACH,
	 * ECONNREFUSED, EPROTO, ETIMEDOUT, EIO, ENOMEM, EMFILE, ENFILE, or EACCES (of a proxy) */
	const struct err *err;
	bool sent; /* a byte of the request may have left this machine */
	unsigned status;
	const char *request_id;	 /* value of the header X-Request-Id, or NULL */
	const char *retry_after; /* value of the header Retry-After, or NULL */
	/* value of the header that http_spec.header names, or NULL; wiped after the callback */
	const char *header;
	const void *body;
	size_t body_size;
	bool cut; /* the body is longer than answer_max */
};

/* Called once for a request that is not cancelled. Called from an iteration of the loop, never from
 * within http_start(). It may start and cancel other requests, and destroy the http. */
typedef void http_done_fn(void *data, const struct http_answer *answer);

/* Makes an http. Returns 0 and an owned http, or -errno with err filled. -EINVAL: a path in the
 * options cannot be used. -ENOMEM. */
int http_create(struct loop *loop, const struct http_options *options, struct http **ret_http,
		struct err *err);

/* Gives up all requests without calling their callbacks, and frees. NULL is accepted. */
void http_destroy(struct http *http);

/* Sets how many requests, and so connections, may run at the same time (0: no bound). Further
 * requests wait. */
void http_set_running_max(struct http *http, unsigned max);

/*
 * Starts a request. Nothing of it is sent before the next iteration of the loop. timeout_ms is its
 * time from now; the wait for its turn, or for a free descriptor, counts. Returns 0 and a handle
 * that is valid until the callback, -EINVAL if there are too many headers or the URL is none, or
 * -ENOMEM.
 */
int http_start(struct http *http, const struct http_spec *spec, int64_t timeout_ms,
	       http_done_fn *done, void *data, struct http_request **ret_request);

/* Does the request wait for its turn? Then nothing of it was sent. */
bool http_is_waiting(const struct http_request *request);

/* Gives up a request and frees it. Its callback is not called. */
void http_cancel(struct http_request *request);

#endif
