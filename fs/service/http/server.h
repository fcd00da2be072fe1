/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_HTTP_SERVER_H
#define COCFS_SERVICE_HTTP_SERVER_H

#include <stdbool.h>

#include "base/err.h"
#include "service/http/reply.h"
#include "service/http/request.h"
#include "service/service.h"
#include "service/http/tls.h"

/*
 * The HTTP server: connections, bounds on bodies, request IDs, the access log. It knows nothing of
 * the API. A thread of its own serves all connections in iterations, and calls the handler.
 */
struct server;

/*
 * Makes the answer to a request in reply. Called in the server's thread, one call at a time.
 * Returns true if the answer must wait until settle() has made the changes of this iteration
 * durable.
 */
typedef bool server_handler_fn(void *data, const struct request *request, struct reply *reply);

/* Makes the changes of an iteration durable. Returns 0; or -errno with err filled: then the server
 * answers 500 in the place of each answer that waits. */
typedef int server_settle_fn(void *data, struct err *err);

struct server_options {
	unsigned idle_s;      /* a silent connection is closed after this time */
	unsigned request_s;   /* the longest time from the first line of a request to the end of its
				 answer */
	unsigned per_address; /* connections of one address at the same time; 0: half of all
				 connections */
	server_handler_fn *handler;
	server_settle_fn *settle;
	void *data;		   /* the argument of handler and settle */
	service_access_fn *access; /* called once for each request; NULL: no access log */
	void *access_data;
	const struct tls *tls; /* NULL: plain HTTP. Used only during server_start() */
};

/*
 * Serves the connections of a listening socket. The server owns the socket from here on, also after
 * a failure. Returns 0 and a server that the caller stops with server_stop(); or -errno with err
 * filled.
 */
int server_start(int listen_fd, const struct server_options *options, struct server **ret_server,
		 struct err *err);

/*
 * Accepts no more connections, answers the requests in progress (for at most SERVICE_STOP_MS),
 * closes all connections, and frees the server. NULL is accepted. Do not call this from the
 * handler.
 */
void server_stop(struct server *server);

#endif
