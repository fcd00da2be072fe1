/* SPDX-License-Identifier: MIT */
/*
 * A connection and its requests. The life of a request, all in the server's thread:
 *
 *   connection_begin()       The request line is there. Makes an exchange for the request.
 *   connection_on_request()  Called when the headers are there, for each part of the body, and to
 *                            answer. Called once more if the answer was held.
 *   connection_complete()    The answer is sent, or the connection broke. Writes the access log.
 *
 * An answer is held if the handler says that it reports a change that is not durable yet. Then the
 * connection sleeps. connections_settle() makes the changes of the whole iteration durable with one
 * sync of the disk, and wakes all held connections.
 *
 * The exchange belongs to its connection and not to libmicrohttpd's request context. The parameters
 * of a query may not fit into the memory of a connection. Then libmicrohttpd (0.9.75) forgets to
 * complete the request. It closes the connection without an answer after the idle time.
 *
 * A client that sends a byte now and then is never idle. So each request has a bound from its first
 * line to the end of its answer. The wait for a request has a bound too, because libmicrohttpd does
 * not report half a request line.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "bounds/api.h"
#include "service/bounds.h"
#include "service/http/framing.h"
#include "service/http/head.h"
#include "service/http/last_words.h"
#include "service/http/server_private.h"

/* Ends a request that was answered or broken off: writes the access log, and frees the exchange. */
static void end_exchange(struct server *server, struct connection *connection)
{
	struct exchange *exchange = connection->exchange;
	struct service_access access;

	if (!exchange)
		return;
	connection->exchange = NULL;
	connection->since_ms = clock_monotonic_ms();
	reply_finish(&connection->reply);
	if (server->options.access) {
		exchange->raw[strcspn(exchange->raw, "?")] = '\0';
		access = (struct service_access){
			.time_ms = exchange->request.now_ms,
			.took_ms = connection->since_ms - exchange->request.clock_ms,
			.method = exchange->announced ? exchange->method : "-",
			.path = exchange->raw,
			.status = exchange->status,
			.request_id = exchange->request.id,
		};
		server->options.access(server->options.access_data, &access);
	}
	exchange_destroy(exchange, &server->budget);
	server->in_progress--;
}

static struct connection *note_connection(struct server *server, struct MHD_Connection *raw)
{
	struct connection *connection = calloc(1, sizeof(*connection));

	if (!connection)
		return NULL;
	connection->raw = raw;
	connection->since_ms = clock_monotonic_ms();
	connection->next = server->connections;
	connection->link = &server->connections;
	if (connection->next)
		connection->next->link = &connection->next;
	server->connections = connection;
	return connection;
}

static void forget_connection(struct server *server, struct connection *connection)
{
	end_exchange(server, connection);
	*connection->link = connection->next;
	if (connection->next)
		connection->next->link = connection->link;
	free(connection);
}

void connection_on_connection(void *data, struct MHD_Connection *raw, void **context,
			      enum MHD_ConnectionNotificationCode what)
{
	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		*context = note_connection(data, raw);
	} else if (*context) {
		forget_connection(data, *context);
		*context = NULL;
	}
}

/*
 * MHD_OPTION_URI_LOG_CALLBACK: the only callback that sees the target before it is decoded. Returns
 * the connection, as the context of the request. NULL: connection_on_request() closes the raw one.
 */
void *connection_begin(void *data, const char *target, struct MHD_Connection *raw)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(raw, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	struct server *server = data;
	struct connection *connection = info ? info->socket_context : NULL;

	if (!connection)
		return NULL;
	end_exchange(server, connection);
	if (exchange_create(target, server->host, &connection->exchange) < 0)
		return NULL;
	server->in_progress++;
	return connection;
}

void connection_complete(void *data, struct MHD_Connection *raw, void **context,
			 enum MHD_RequestTerminationCode how)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(raw, MHD_CONNECTION_INFO_HTTP_STATUS);
	struct connection *connection = *context;

	(void)how;
	if (connection && connection->exchange && !connection->exchange->status && info)
		connection->exchange->status = info->http_status; /* libmicrohttpd's own answer */
	if (connection)
		end_exchange(data, connection);
	*context = NULL;
}

/* Gives an answer to libmicrohttpd to send, and takes its body. Returns MHD_YES; or MHD_NO, which
 * closes the connection: there was no memory, or the answer has no body. */
static enum MHD_Result send_reply(struct server *server, struct MHD_Connection *raw,
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
	    ((!server->stopping && !exchange->is_last) ||
	     MHD_add_response_header(response, "Connection", "close")))
		sent = MHD_queue_response(raw, reply->status, response);
	MHD_destroy_response(response);
	if (sent == MHD_YES)
		exchange->status = reply->status;
	return sent;
}

static enum MHD_Result look_at_header(void *data, enum MHD_ValueKind kind, const char *name,
				      const char *value)
{
	struct request *request = data;

	(void)kind;
	/* n_headers counts all headers: prepare_exchange() refuses a request with too many */
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

static void bad_request(struct exchange *exchange, struct reply *reply, const char *why)
{
	reply_gateway(reply, 400, APIGW_BAD_REQUEST, exchange->request.id, "Bad request: %s", why);
}

/* Parses the request for the handler. Returns false if the handler must not be called: reply is an
 * error already, or has no body because there was no memory. */
static bool prepare_exchange(struct MHD_Connection *raw, struct exchange *exchange,
			     struct reply *reply)
{
	struct request *request = &exchange->request;
	int r;

	if (exchange->too_large) {
		too_large(exchange, reply);
		return false;
	}
	if (exchange->no_room) {
		reply_gateway(reply, MHD_HTTP_TOO_MANY_REQUESTS, APIGW_THROTTLED, request->id,
			      "Too many request bodies are in progress; this request was not "
			      "processed, send it again later");
		return false;
	}
	r = uri_parse(exchange->raw, &request->uri);
	if (r == -ENOMEM)
		return false;
	MHD_get_connection_values(raw, MHD_HEADER_KIND, look_at_header, request);
	if (r < 0 || request->n_headers > SERVICE_HEADERS_MAX) {
		bad_request(exchange, reply,
			    r == -E2BIG ? "too many query parameters"
			    : r < 0	? "the URI is not well-formed percent-encoded UTF-8"
					: "too many headers");
		return false;
	}
	request->body = exchange->body.data ? exchange->body.data : "";
	request->body_size = exchange->body.size;
	return true;
}

/* Answers a request whose body has come. If the answer must wait, holds it until the end of the
 * iteration. Returns what the callback of libmicrohttpd returns: MHD_NO closes the connection. */
static enum MHD_Result answer_request(struct server *server, struct connection *connection)
{
	struct exchange *exchange = connection->exchange;
	struct reply *reply = &connection->reply;

	if (!prepare_exchange(connection->raw, exchange, reply) ||
	    !server->options.handler(server->options.data, &exchange->request, reply))
		return send_reply(server, connection->raw, exchange, reply);
	connection->held = true;
	connection->next_held = server->held;
	server->held = connection;
	MHD_suspend_connection(connection->raw);
	return MHD_YES;
}

bool connections_settle(struct server *server)
{
	struct err err = {0};
	struct connection *connection;
	int r;

	if (!server->held)
		return false;
	r = server->options.settle(server->options.data, &err);
	while ((connection = server->held)) {
		server->held = connection->next_held;
		if (r < 0)
			reply_gateway(&connection->reply, 500, APIGW_INTERNAL,
				      connection->exchange->request.id, "Internal error: %s",
				      err.text);
		MHD_resume_connection(connection->raw);
	}
	return true;
}

/* Is the body so large that the client should not begin to send it? Yes, if it is over
 * SERVICE_BODY_DRAIN_MAX, or if it is over COC_BODY_MAX and the client waits for leave (Expect). */
static bool is_hopeless(struct MHD_Connection *raw)
{
	const char *length =
		MHD_lookup_connection_value(raw, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);
	const char *expect =
		MHD_lookup_connection_value(raw, MHD_HEADER_KIND, MHD_HTTP_HEADER_EXPECT);
	unsigned long long size = length ? strtoull(length, NULL, 10) : 0;

	return size > SERVICE_BODY_DRAIN_MAX || (expect && size > COC_BODY_MAX);
}

static enum MHD_Result take_framing(void *data, enum MHD_ValueKind kind, const char *name,
				    const char *value)
{
	(void)kind;
	framing_take(data, name, value ? value : "");
	return MHD_YES;
}

/* Looks at the headers of a request. Returns what makes the end of the request uncertain
 * (framing.h), as the end of a sentence; NULL: nothing. */
static const char *framing_fault_of(struct MHD_Connection *raw, const char *version)
{
	struct framing framing = {.is_http_1_0 = !strcmp(version, MHD_HTTP_VERSION_1_0),
				  .needs_host = !strcmp(version, MHD_HTTP_VERSION_1_1)};

	MHD_get_connection_values(raw, MHD_HEADER_KIND, take_framing, &framing);
	return framing_fault(&framing);
}

static enum MHD_Result take_head(void *data, enum MHD_ValueKind kind, const char *name,
				 const char *value)
{
	(void)kind;
	head_take(data, name, value);
	return MHD_YES;
}

/* Returns what is wrong with the bytes of a request, as the end of a sentence; NULL: nothing.
 * method and version must point to where libmicrohttpd has received them. If the end of the body
 * has not come, sets is_last: the connection is closed after this request. */
static const char *bytes_fault_of(struct MHD_Connection *raw, struct exchange *exchange,
				  const char *method, const char *version)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(raw, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
	const char *fault, *end = info ? method + info->header_size : method;
	enum chunks chunks = CHUNKS_GOOD;
	struct head head;

	head_begin(&head, method, exchange->received, exchange->received_size, version);
	MHD_get_connection_values(raw, MHD_HEADER_KIND, take_head, &head);
	fault = head_fault(&head, end);
	if (!fault &&
	    MHD_lookup_connection_value(raw, MHD_HEADER_KIND, MHD_HTTP_HEADER_TRANSFER_ENCODING))
		chunks = head_look_at_chunks(end);
	exchange->is_last |= chunks == CHUNKS_UNSEEN;
	return chunks == CHUNKS_BAD ? "a chunk of the body has no size, or a line that does not "
				      "end with CR LF"
				    : fault;
}

/* Refuses a request whose end is uncertain, and closes its connection: bytes behind the request are
 * not read. */
static enum MHD_Result refuse_framing(struct server *server, struct connection *connection,
				      const char *fault)
{
	connection->exchange->is_last = true;
	bad_request(connection->exchange, &connection->reply, fault);
	return send_reply(server, connection->raw, connection->exchange, &connection->reply);
}

/*
 * MHD_OPTION_EXTERNAL_LOGGER: libmicrohttpd logs an error before it answers, and does not say on
 * which connection. After a Content-Length that it cannot parse, it would send the head of its own
 * answer twice (0.9.75). So this function finds all requests whose headers have such a fault,
 * answers them, and shuts their connections down.
 */
void connection_on_trouble(void *data, const char *format, va_list arguments)
{
	struct server *server = data;
	const char *fault;

	(void)format;
	(void)arguments;
	for (struct connection *connection = server->connections; connection;
	     connection = connection->next) {
		if (!connection->exchange || connection->exchange->announced ||
		    connection->exchange->status)
			continue;
		fault = framing_fault_of(connection->raw, "");
		if (!fault)
			continue;
		bad_request(connection->exchange, &connection->reply, fault);
		last_words(connection->raw, &connection->reply, connection->exchange->request.id);
		connection->exchange->status = connection->reply.status;
	}
}

enum MHD_Result connection_on_request(void *data, struct MHD_Connection *raw, const char *url,
				      const char *method, const char *version, const char *bytes,
				      size_t *size, void **context)
{
	struct server *server = data;
	struct connection *connection = *context;
	struct exchange *exchange = connection ? connection->exchange : NULL;
	const char *fault;
	int r;

	(void)url;
	if (!exchange)
		return MHD_NO;
	if (connection->held) {
		connection->held = false;
		return send_reply(server, raw, exchange, &connection->reply);
	}
	if (!exchange->announced) {
		exchange->announced = true;
		snprintf(exchange->method, sizeof(exchange->method), "%s", method);
		exchange->request.method = exchange->method;
		fault = framing_fault_of(raw, version);
		if (!fault)
			fault = bytes_fault_of(raw, exchange, method, version);
		if (fault)
			return refuse_framing(server, connection, fault);
		if (!is_hopeless(raw))
			return MHD_YES;
		too_large(exchange, &connection->reply);
		return send_reply(server, raw, exchange, &connection->reply);
	}
	if (*size) {
		r = exchange_body(exchange, &server->budget, bytes, *size);
		*size = 0;
		return r < 0 ? MHD_NO : MHD_YES;
	}
	return answer_request(server, connection);
}

/* Returns the monotonic time at which a connection must be closed: request_s after its request
 * began. Without a request: idle_s + request_s after the connection was opened, or after its last
 * answer ended. */
static int64_t due_ms(const struct server *server, const struct connection *connection)
{
	int64_t request_ms = (int64_t)server->options.request_s * 1000;

	if (connection->exchange)
		return connection->exchange->request.clock_ms + request_ms;
	return connection->since_ms + (int64_t)server->options.idle_s * 1000 + request_ms;
}

int64_t connections_cut(struct server *server, int64_t now_ms)
{
	/* no request that begins after now_ms is due before this time */
	int64_t next_ms = now_ms + (int64_t)server->options.request_s * 1000;
	const union MHD_ConnectionInfo *info;

	for (struct connection *connection = server->connections; connection;
	     connection = connection->next) {
		int64_t due = due_ms(server, connection);

		if (due > now_ms) {
			next_ms = due < next_ms ? due : next_ms;
			continue;
		}
		/* libmicrohttpd sees this as the end of the client's data, and closes the
		 * connection */
		info = MHD_get_connection_info(connection->raw, MHD_CONNECTION_INFO_CONNECTION_FD);
		if (info)
			shutdown(info->connect_fd, SHUT_RDWR);
	}
	return next_ms;
}
