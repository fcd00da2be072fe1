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
	int wake_fd; /* an eventfd: a write to it stops the server */
	pthread_t thread;

	/* only the server's thread uses the members from here on */
	char host[HOST_SIZE];
	struct exchange_budget budget;
	struct connection *connections; /* all open connections */
	struct connection
		*held;	      /* the connections whose answers wait for the end of the iteration */
	unsigned in_progress; /* requests that have begun and not ended */
	bool stopping;
};

/* A client's connection, and the request that it brings at present. The connection owns the
 * request. */
struct connection {
	struct connection *next, **link; /* in server->connections */
	struct connection *next_held;
	struct MHD_Connection *raw;
	int64_t since_ms; /* monotonic: when the client connected, or the last answer ended */
	struct exchange *exchange; /* NULL between requests */
	bool held;
	struct reply reply; /* the answer, while it is held for the end of the iteration */
};

/* The callbacks of libmicrohttpd (connection.c). data is the struct server. */
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
 * Ends an iteration: makes the changes of the held answers durable, all with one sync, and resumes
 * their connections. If that fails, each held answer becomes an error 500. The next MHD_run() sends
 * the answers. Returns false if no answer was held.
 */
bool connections_settle(struct server *server);

/* Closes the connections whose request takes longer than request_s, and those that have sent no
 * request for too long. now_ms is monotonic. Returns the monotonic time in ms at which to call this
 * function again. */
int64_t connections_cut(struct server *server, int64_t now_ms);

#endif
