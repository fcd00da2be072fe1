/* SPDX-License-Identifier: MIT */
/*
 * The HTTP server, on libmicrohttpd. One thread polls all connections (epoll) and runs the handler
 * between two reads; so operations on the store never run side by side, and need no lock.
 *
 * The life of a request, all in that thread:
 *
 *   begin()       the request line is there: an exchange is made, which carries all that follows
 *   on_request()  headers seen; then once for each part of the body; then once to answer
 *   complete()    the answer is sent, or the connection broke: the access log, and the end
 *
 * The exchange belongs to its connection and not to the request context: when the parameters of a
 * query do not fit into the memory of a connection, libmicrohttpd (0.9.75) forgets to complete the
 * request, and closes the connection, without an answer, when it has been idle for long enough.
 *
 * What is not HTTP at all, or has a head of more than SERVICE_CONNECTION_MEMORY, is answered by
 * libmicrohttpd itself, with a page of its own and without a request ID.
 */
#define _GNU_SOURCE
#include "service/server.h"

#include <errno.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "service/exchange.h"

#define HOST_SIZE 65
#define FDS_OF_OTHERS 64 /* descriptors kept for the database, the embedder, … */

struct server {
	struct MHD_Daemon *daemon;
	struct server_options options;
	struct exchange_budget budget;
	char host[HOST_SIZE];

	/* shared with the thread that stops the server */
	pthread_mutex_t mutex;
	pthread_cond_t idle;
	unsigned in_progress; /* requests between begin() and complete() */
	bool stopping;
};

/* A connection, and the request on it, which it owns. */
struct line {
	struct exchange *exchange; /* NULL between requests */
};

static void count(struct server *server, int change)
{
	pthread_mutex_lock(&server->mutex);
	server->in_progress += (unsigned)change;
	if (!server->in_progress)
		pthread_cond_broadcast(&server->idle);
	pthread_mutex_unlock(&server->mutex);
}

static bool is_stopping(struct server *server)
{
	bool stopping;

	pthread_mutex_lock(&server->mutex);
	stopping = server->stopping;
	pthread_mutex_unlock(&server->mutex);
	return stopping;
}

/* The name of this machine as far as it can stand in a header. */
static void name_host(char host[HOST_SIZE])
{
	if (gethostname(host, HOST_SIZE) < 0 || !memchr(host, '\0', HOST_SIZE) || !host[0])
		strcpy(host, "localhost");
	for (char *c = host; *c; c++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-", *c))
			*c = '-';
}

/* The end of a request, however it came: the access log, and what it held. */
static void end(struct server *server, struct line *line)
{
	struct exchange *exchange = line->exchange;
	struct service_access access;

	if (!exchange)
		return;
	line->exchange = NULL;
	if (server->options.access) {
		exchange->raw[strcspn(exchange->raw, "?")] = '\0';
		access = (struct service_access){
			.time_ms = exchange->request.now_ms,
			.took_ms = exchange_clock_ms() - exchange->began_ms,
			.method = exchange->announced ? exchange->method : "-",
			.path = exchange->raw,
			.status = exchange->status,
			.request_id = exchange->request.id,
		};
		server->options.access(server->options.access_data, &access);
	}
	exchange_destroy(exchange, &server->budget);
	count(server, -1);
}

static void on_connection(void *data, struct MHD_Connection *connection, void **context,
			  enum MHD_ConnectionNotificationCode what)
{
	(void)connection;
	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		*context = calloc(1, sizeof(struct line));
	} else if (*context) {
		end(data, *context);
		free(*context);
		*context = NULL;
	}
}

/*
 * MHD_OPTION_URI_LOG_CALLBACK: the one place where the target is seen before it is decoded. What it
 * returns is the context of the request; NULL closes the connection.
 */
static void *begin(void *data, const char *raw, struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	struct server *server = data;
	struct line *line = info ? info->socket_context : NULL;

	if (!line)
		return NULL;
	end(server, line);
	if (exchange_create(raw, server->host, &line->exchange) < 0)
		return NULL;
	count(server, 1);
	return line;
}

static void complete(void *data, struct MHD_Connection *connection, void **context,
		     enum MHD_RequestTerminationCode how)
{
	(void)connection;
	(void)how;
	if (*context)
		end(data, *context);
	*context = NULL;
}

/* Sends the answer; its body is handed on. MHD_NO closes the connection. */
static enum MHD_Result send_reply(struct server *server, struct MHD_Connection *connection,
				  struct exchange *exchange, struct reply *reply)
{
	struct MHD_Response *response;
	enum MHD_Result sent = MHD_NO;

	if (!reply->body)
		return MHD_NO;
	response = MHD_create_response_from_buffer(reply->size, reply->body, MHD_RESPMEM_MUST_FREE);
	if (!response) {
		reply_finish(reply);
		return MHD_NO;
	}
	reply->body = NULL;
	if (MHD_add_response_header(response, "Content-Type", "application/json;charset=UTF-8") &&
	    MHD_add_response_header(response, "X-request-id", exchange->request.id) &&
	    (!is_stopping(server) || MHD_add_response_header(response, "Connection", "close")))
		sent = MHD_queue_response(connection, reply->status, response);
	MHD_destroy_response(response);
	if (sent == MHD_YES)
		exchange->status = reply->status;
	return sent;
}

static enum MHD_Result take_header(void *data, enum MHD_ValueKind kind, const char *name,
				   const char *value)
{
	struct request *request = data;

	(void)kind;
	/* the one header more tells that there are too many */
	if (request->n_headers++ < SERVICE_HEADERS_MAX)
		request->headers[request->n_headers - 1] =
			(struct sign_header){.name = name, .value = value ? value : ""};
	return MHD_YES;
}

static void too_large(struct exchange *exchange, struct reply *reply)
{
	reply_gateway(reply, MHD_HTTP_CONTENT_TOO_LARGE, APIGW_BAD_REQUEST, exchange->request.id,
		      "Request entity too large: a body has at most %u bytes", COC_BODY_MAX);
}

static void answer(struct server *server, struct MHD_Connection *connection,
		   struct exchange *exchange, struct reply *reply)
{
	struct request *request = &exchange->request;
	int r;

	if (exchange->too_large)
		return too_large(exchange, reply);
	if (exchange->no_room)
		return reply_gateway(
			reply, MHD_HTTP_TOO_MANY_REQUESTS, APIGW_THROTTLED, request->id,
			"Too many request bodies are in progress; this request was not "
			"processed, send it again later");
	r = uri_parse(exchange->raw, &request->uri);
	if (r == -ENOMEM)
		return;
	MHD_get_connection_values(connection, MHD_HEADER_KIND, take_header, request);
	if (r < 0 || request->n_headers > SERVICE_HEADERS_MAX)
		return reply_gateway(reply, 400, APIGW_BAD_REQUEST, request->id, "Bad request: %s",
				     r == -E2BIG ? "too many query parameters"
				     : r < 0 ? "the URI is not well-formed percent-encoded UTF-8"
					     : "too many headers");
	request->body = exchange->body.data ? exchange->body.data : "";
	request->body_size = exchange->body.size;
	server->options.handler(server->options.data, request, reply);
}

/* True if the body is so large that the client had better not begin to send it. */
static bool is_hopeless(struct MHD_Connection *connection)
{
	const char *length = MHD_lookup_connection_value(connection, MHD_HEADER_KIND,
							 MHD_HTTP_HEADER_CONTENT_LENGTH);
	const char *expect =
		MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_EXPECT);
	unsigned long long size = length ? strtoull(length, NULL, 10) : 0;

	return size > SERVICE_BODY_DRAIN_MAX || (expect && size > COC_BODY_MAX);
}

static enum MHD_Result on_request(void *data, struct MHD_Connection *connection, const char *url,
				  const char *method, const char *version, const char *bytes,
				  size_t *size, void **context)
{
	struct server *server = data;
	struct line *line = *context;
	struct exchange *exchange = line ? line->exchange : NULL;
	struct reply reply = {0};
	int r;

	(void)url;
	(void)version;
	if (!exchange)
		return MHD_NO;
	if (!exchange->announced) {
		exchange->announced = true;
		snprintf(exchange->method, sizeof(exchange->method), "%s", method);
		exchange->request.method = exchange->method;
		if (!is_hopeless(connection))
			return MHD_YES;
		too_large(exchange, &reply);
		return send_reply(server, connection, exchange, &reply);
	}
	if (*size) {
		r = exchange_body(exchange, &server->budget, bytes, *size);
		*size = 0;
		return r < 0 ? MHD_NO : MHD_YES;
	}
	answer(server, connection, exchange, &reply);
	return send_reply(server, connection, exchange, &reply);
}

static unsigned connections_max(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur < 2 * FDS_OF_OTHERS)
		return FDS_OF_OTHERS;
	if (limit.rlim_cur - FDS_OF_OTHERS > SERVICE_CONNECTIONS_MAX)
		return SERVICE_CONNECTIONS_MAX;
	return (unsigned)limit.rlim_cur - FDS_OF_OTHERS;
}

static int init_sync(struct server *server)
{
	pthread_condattr_t attr;
	int r;

	r = pthread_condattr_init(&attr);
	if (r)
		return -r;
	r = pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	if (!r)
		r = pthread_cond_init(&server->idle, &attr);
	pthread_condattr_destroy(&attr);
	if (r)
		return -r;
	r = pthread_mutex_init(&server->mutex, NULL);
	if (r)
		pthread_cond_destroy(&server->idle);
	return -r;
}

static void server_free(struct server *server)
{
	pthread_mutex_destroy(&server->mutex);
	pthread_cond_destroy(&server->idle);
	free(server);
}

int server_start(int listen_fd, const struct server_options *options, struct server **ret_server,
		 struct err *err)
{
	_cleanup_close_ int fd = listen_fd;
	struct server *server = calloc(1, sizeof(*server));
	int r;

	if (!server)
		return err_set(err, ENOMEM, "out of memory");
	r = init_sync(server);
	if (r < 0) {
		free(server);
		return err_set(err, -r, "cannot start the HTTP server: %s", strerror(-r));
	}
	server->options = *options;
	name_host(server->host);
	errno = 0;
	/* libmicrohttpd closes the socket in some of the cases in which it fails and leaves it open
	 * in others: one that is left is better than closing what may be another's by then */
	server->daemon = MHD_start_daemon(
		MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC, 0, NULL, NULL, on_request, server,
		MHD_OPTION_LISTEN_SOCKET, steal_fd(&fd), MHD_OPTION_URI_LOG_CALLBACK, begin, server,
		MHD_OPTION_NOTIFY_COMPLETED, complete, server, MHD_OPTION_NOTIFY_CONNECTION,
		on_connection, server, MHD_OPTION_CONNECTION_LIMIT, connections_max(),
		MHD_OPTION_CONNECTION_TIMEOUT, options->idle_s, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
		(size_t)SERVICE_CONNECTION_MEMORY, MHD_OPTION_END);
	if (!server->daemon) {
		r = errno ? errno : EIO;
		server_free(server);
		return err_set(err, r, "cannot start the HTTP server: %s", strerror(r));
	}
	*ret_server = server;
	return 0;
}

static void wait_until_idle(struct server *server)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += SERVICE_STOP_MS / 1000;
	pthread_mutex_lock(&server->mutex);
	server->stopping = true;
	while (server->in_progress &&
	       pthread_cond_timedwait(&server->idle, &server->mutex, &until) == 0)
		;
	pthread_mutex_unlock(&server->mutex);
}

void server_stop(struct server *server)
{
	_cleanup_close_ int listen_fd = -1;

	if (!server)
		return;
	listen_fd = MHD_quiesce_daemon(server->daemon);
	wait_until_idle(server);
	MHD_stop_daemon(server->daemon);
	server_free(server);
}
