/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_HTTP_SERVER_PRIVATE_H
#define COCFS_SERVICE_HTTP_SERVER_PRIVATE_H

#include <microhttpd.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>

#include "service/http/exchange.h"
#include "service/http/server.h"

#define HOST_SIZE 65

struct server {
	struct MHD_Daemon *daemon;
	struct server_options options;
	int wake_fd; /* an eventfd: written to stop the server */
	pthread_t thread;

	/* the thread's own from here on */
	char host[HOST_SIZE];
	struct exchange_budget budget;
	struct connection *connections; /* all connections */
	struct connection *held;	/* those whose answer waits for the end of the turn */
	unsigned in_progress;		/* requests that have begun and not ended */
	bool stopping;
};

/* A connection, and the request on it, which it owns. */
struct connection {
	struct connection *next, **link; /* in server->connections */
	struct connection *next_held;
	struct MHD_Connection *raw;
	int64_t since_ms;	   /* monotonic: when it connected, or had its last answer */
	struct exchange *exchange; /* NULL between requests */
	bool held;
	struct reply reply; /* while it is held */
};

/* The callbacks of libmicrohttpd; data is the server (connection.c). */
void connection_on_connection(void *data, struct MHD_Connection *raw, void **context,
			      enum MHD_ConnectionNotificationCode what);
void *connection_begin(void *data, const char *target, struct MHD_Connection *raw);
enum MHD_Result connection_on_request(void *data, struct MHD_Connection *raw, const char *url,
				      const char *method, const char *version, const char *bytes,
				      size_t *size, void **context);
void connection_on_trouble(void *data, const char *format, va_list arguments);
void connection_complete(void *data, struct MHD_Connection *raw, void **context,
			 enum MHD_RequestTerminationCode how);

/*
 * The end of a turn: has the changes of the held answers made durable, all at once, and lets the
 * answers go. Returns false if nothing was held.
 */
bool connections_settle(struct server *server);

/* Closes the connections that have had their time. Returns when the next one may have. */
int64_t connections_cut(struct server *server, int64_t now_ms);

#endif
