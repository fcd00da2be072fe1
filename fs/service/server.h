/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_SERVER_H
#define COCFS_SERVICE_SERVER_H

#include "base/err.h"
#include "service/reply.h"
#include "service/request.h"
#include "service/service.h"

/*
 * The HTTP side: connections, bounded bodies, request IDs, the access log. It knows nothing of the
 * API. One thread of its own polls all connections and calls the handler.
 */
struct server;

/* Makes the answer to a request; called in the server's thread, one call at a time. */
typedef void server_handler_fn(void *data, const struct request *request, struct reply *reply);

struct server_options {
	unsigned idle_s; /* a silent connection is closed after this time */
	server_handler_fn *handler;
	void *data;
	service_access_fn *access; /* told of every answer, or NULL */
	void *access_data;
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
