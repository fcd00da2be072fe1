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
 * The HTTP side: connections, bounded bodies, request IDs, the access log. It knows nothing of the
 * API. One thread of its own serves all connections, in turns, and calls the handler.
 */
struct server;

/*
 * Makes the answer to a request; called in the server's thread, one call at a time. Returns true if
 * the answer must not be given before the turn is settled.
 */
typedef bool server_handler_fn(void *data, const struct request *request, struct reply *reply);

/* Makes what the turn's requests have changed durable. Returns 0; or -errno with err filled, then
 * all answers that wait for it are errors. */
typedef int server_settle_fn(void *data, struct err *err);

struct server_options {
	unsigned idle_s;      /* a silent connection is closed after this time */
	unsigned request_s;   /* from the first line of a request to the end of its answer */
	unsigned per_address; /* connections of one address at once; 0: half of all */
	server_handler_fn *handler;
	server_settle_fn *settle;
	void *data;		   /* of both */
	service_access_fn *access; /* called with every answer, or NULL */
	void *access_data;
	const struct tls *tls; /* NULL: plain HTTP; read while the server starts */
};

/*
 * Serves what connects to a listening socket, which it owns from here on, also when it fails.
 * Returns 0 and an owned server; -errno with err filled.
 */
int server_start(int listen_fd, const struct server_options *options, struct server **ret_server,
		 struct err *err);

/*
 * Takes no more connections, answers the requests in progress (for at most SERVICE_STOP_MS), closes
 * and frees; NULL is accepted. Not to be called from the handler.
 */
void server_stop(struct server *server);

#endif
