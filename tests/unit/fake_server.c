/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "fake_server.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define CONNECTIONS_MAX 512
#define REQUESTS_MAX 4096

struct connection {
	int fd;
	char *text;
	size_t size;
	bool held;
};

struct fake_server {
	pthread_t thread;
	pthread_mutex_t lock;  /* guards n_requests, n_accepted, seen, said and listener */
	pthread_cond_t obeyed; /* signalled when the thread has followed an order */
	const char *said;      /* a text that the thread must send on all connections; NULL: none */
	int listener, stop[2];
	unsigned port;
	const struct fake_reply *replies;
	size_t n_replies;
	unsigned gather, n_held;
	unsigned n_requests, n_accepted;
	char *seen[REQUESTS_MAX];
	struct connection connections[CONNECTIONS_MAX];
	size_t n_connections;
};

static void must(bool held, const char *what)
{
	if (held)
		return;
	fprintf(stderr, "fake server: %s: %s\n", what, strerror(errno));
	abort();
}

static void drop(struct fake_server *server, size_t i)
{
	close(server->connections[i].fd);
	free(server->connections[i].text);
	server->connections[i] = server->connections[--server->n_connections];
}

static void send_text(int fd, const char *text, size_t size)
{
	while (size) {
		ssize_t n = send(fd, text, size, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return; /* the client hung up: no fault of the test */
		text += n;
		size -= (size_t)n;
	}
}

static void answer(int fd, const struct fake_reply *reply)
{
	const char *body = reply->body ? reply->body : "";
	char *text;

	if (reply->act == FAKE_RAW || reply->act == FAKE_KEPT) {
		send_text(fd, body, strlen(body));
		return;
	}
	must(asprintf(&text, "HTTP/1.1 %u X\r\nContent-Length: %zu\r\n%s%s\r\n%s", reply->status,
		      strlen(body), reply->headers ? reply->headers : "",
		      reply->act == FAKE_CLOSE ? "Connection: close\r\n" : "", body) > 0,
	     "asprintf");
	send_text(fd, text, strlen(text));
	free(text);
}

/* Returns the length of the complete request at the beginning of the text, or 0 if it is not
 * complete. */
static size_t whole(const struct connection *connection)
{
	const char *end = connection->text ? strstr(connection->text, "\r\n\r\n") : NULL;
	const char *length =
		connection->text ? strcasestr(connection->text, "\r\nContent-Length:") : NULL;
	size_t size;

	if (!end)
		return 0;
	size = (size_t)(end - connection->text) + 4;
	if (length && length < end)
		size += strtoul(length + 17, NULL, 10);
	return connection->size >= size ? size : 0;
}

/* Records the first request of the connection's text (size bytes) in server->seen, and removes it
 * from the text. Returns the reply that the script has for this request. */
static const struct fake_reply *take(struct fake_server *server, struct connection *connection,
				     size_t size)
{
	char *copy = strndup(connection->text, size);
	unsigned n;

	must(copy && server->n_requests < REQUESTS_MAX, "too many requests");
	pthread_mutex_lock(&server->lock);
	n = server->n_requests++;
	server->seen[n] = copy;
	pthread_mutex_unlock(&server->lock);
	memmove(connection->text, connection->text + size, connection->size - size + 1);
	connection->size -= size;
	return &server->replies[n < server->n_replies ? n : server->n_replies - 1];
}

static void release_held(struct fake_server *server, const struct fake_reply *reply)
{
	for (size_t i = 0; i < server->n_connections; i++) {
		if (server->connections[i].held)
			answer(server->connections[i].fd, reply);
		server->connections[i].held = false;
	}
	server->n_held = 0;
}

/* Serves the complete requests of a connection. Returns false when the connection is over. */
static bool serve(struct fake_server *server, struct connection *connection)
{
	const struct linger at_once = {.l_onoff = 1};
	size_t size;

	while ((size = whole(connection))) {
		const struct fake_reply *reply = take(server, connection, size);

		switch (reply->act) {
		case FAKE_CUT:
			return false;
		case FAKE_HOLD:
			break;
		case FAKE_GATHER:
			connection->held = true;
			if (++server->n_held == server->gather)
				release_held(server, reply);
			break;
		case FAKE_ANSWER:
		case FAKE_KEPT:
			answer(connection->fd, reply);
			break;
		case FAKE_RESET:
			answer(connection->fd, reply);
			must(setsockopt(connection->fd, SOL_SOCKET, SO_LINGER, &at_once,
					sizeof(at_once)) == 0,
			     "SO_LINGER");
			return false;
		case FAKE_CLOSE:
		case FAKE_RAW:
			answer(connection->fd, reply);
			return false;
		}
	}
	return true;
}

static bool on_readable(struct fake_server *server, struct connection *connection)
{
	char chunk[65536];
	ssize_t n = read(connection->fd, chunk, sizeof(chunk));

	if (n <= 0)
		return false;
	connection->text = realloc(connection->text, connection->size + (size_t)n + 1);
	must(connection->text != NULL, "realloc");
	memcpy(connection->text + connection->size, chunk, (size_t)n);
	connection->size += (size_t)n;
	connection->text[connection->size] = '\0';
	return serve(server, connection);
}

static void on_connection(struct fake_server *server)
{
	int fd = accept4(server->listener, NULL, NULL, SOCK_CLOEXEC);

	must(fd >= 0 && server->n_connections < CONNECTIONS_MAX, "accept");
	server->connections[server->n_connections++] = (struct connection){.fd = fd};
	pthread_mutex_lock(&server->lock);
	server->n_accepted++;
	pthread_mutex_unlock(&server->lock);
}

static void say(struct fake_server *server)
{
	pthread_mutex_lock(&server->lock);
	for (size_t i = 0; i < server->n_connections; i++)
		send_text(server->connections[i].fd, server->said, strlen(server->said));
	server->said = NULL;
	pthread_cond_signal(&server->obeyed);
	pthread_mutex_unlock(&server->lock);
}

/* Follows an order of the test: to refuse connections, or to send a text. Returns false for the
 * order to stop. */
static bool on_order(struct fake_server *server)
{
	char order;

	must(read(server->stop[0], &order, 1) == 1, "read");
	if (order == 's')
		say(server);
	if (order != 'r')
		return order == 's';
	pthread_mutex_lock(&server->lock);
	close(server->listener);
	server->listener = -1;
	pthread_cond_signal(&server->obeyed);
	pthread_mutex_unlock(&server->lock);
	return true;
}

void fake_server_refuse(struct fake_server *server)
{
	pthread_mutex_lock(&server->lock);
	must(write(server->stop[1], "r", 1) == 1, "write");
	while (server->listener >= 0)
		pthread_cond_wait(&server->obeyed, &server->lock);
	pthread_mutex_unlock(&server->lock);
}

void fake_server_say(struct fake_server *server, const char *text)
{
	pthread_mutex_lock(&server->lock);
	server->said = text;
	must(write(server->stop[1], "s", 1) == 1, "write");
	while (server->said)
		pthread_cond_wait(&server->obeyed, &server->lock);
	pthread_mutex_unlock(&server->lock);
}

static void *run(void *data)
{
	static _Thread_local struct pollfd polled[CONNECTIONS_MAX + 2];
	struct fake_server *server = data;

	for (;;) {
		size_t n = server->n_connections;

		polled[0] = (struct pollfd){.fd = server->stop[0], .events = POLLIN};
		polled[1] = (struct pollfd){.fd = server->listener, .events = POLLIN};
		for (size_t i = 0; i < n; i++)
			polled[i + 2] =
				(struct pollfd){.fd = server->connections[i].fd, .events = POLLIN};
		must(poll(polled, n + 2, -1) >= 0 || errno == EINTR, "poll");
		if (polled[0].revents && !on_order(server))
			return NULL;
		/* from the end, because drop() moves the last connection into the free place */
		for (size_t i = n; i-- > 0;)
			if (polled[i + 2].revents && !on_readable(server, &server->connections[i]))
				drop(server, i);
		if (polled[1].revents && server->listener >= 0)
			on_connection(server);
	}
}

static void listen_unix(struct fake_server *server, const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	strncpy(address.sun_path, path, sizeof(address.sun_path) - 1);
	server->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	must(!bind(server->listener, (struct sockaddr *)&address, sizeof(address)), "bind");
}

static void listen_tcp(struct fake_server *server)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(address);

	server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	must(!bind(server->listener, (struct sockaddr *)&address, size), "bind");
	must(!getsockname(server->listener, (struct sockaddr *)&address, &size), "getsockname");
	server->port = ntohs(address.sin_port);
}

struct fake_server *fake_server_start(const char *unix_path, const struct fake_reply *replies,
				      size_t n_replies, unsigned gather)
{
	struct fake_server *server = calloc(1, sizeof(*server));

	must(server != NULL, "calloc");
	server->replies = replies;
	server->n_replies = n_replies;
	server->gather = gather;
	pthread_mutex_init(&server->lock, NULL);
	pthread_cond_init(&server->obeyed, NULL);
	if (unix_path)
		listen_unix(server, unix_path);
	else
		listen_tcp(server);
	must(!listen(server->listener, CONNECTIONS_MAX), "listen");
	must(!pipe2(server->stop, O_CLOEXEC), "pipe");
	must(!pthread_create(&server->thread, NULL, run, server), "thread");
	return server;
}

void fake_server_stop(struct fake_server *server)
{
	must(write(server->stop[1], "x", 1) == 1, "write");
	pthread_join(server->thread, NULL);
	while (server->n_connections)
		drop(server, 0);
	for (unsigned i = 0; i < server->n_requests; i++)
		free(server->seen[i]);
	if (server->listener >= 0)
		close(server->listener);
	close(server->stop[0]);
	close(server->stop[1]);
	pthread_cond_destroy(&server->obeyed);
	pthread_mutex_destroy(&server->lock);
	free(server);
}

unsigned fake_server_port(const struct fake_server *server)
{
	return server->port;
}

unsigned fake_server_requests(struct fake_server *server)
{
	unsigned n;

	pthread_mutex_lock(&server->lock);
	n = server->n_requests;
	pthread_mutex_unlock(&server->lock);
	return n;
}

unsigned fake_server_connections(struct fake_server *server)
{
	unsigned n;

	pthread_mutex_lock(&server->lock);
	n = server->n_accepted;
	pthread_mutex_unlock(&server->lock);
	return n;
}

const char *fake_server_request(struct fake_server *server, unsigned n)
{
	const char *text;

	pthread_mutex_lock(&server->lock);
	text = n < server->n_requests ? server->seen[n] : NULL;
	pthread_mutex_unlock(&server->lock);
	return text;
}
