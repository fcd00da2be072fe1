/* SPDX-License-Identifier: MIT */
/*
 * The HTTP server, on libmicrohttpd. One thread serves all connections, in iterations. It waits
 * until some connections have sent something. It reads them all, and calls the handler for each
 * request. Then it makes all changes durable with one sync of the disk. Only then it answers. So
 * operations on the store never run at the same moment and need no lock. Many creates that come
 * together share that sync. connection.c has what happens on a connection.
 *
 * libmicrohttpd itself answers requests that are not HTTP, or whose head has more than
 * SERVICE_CONNECTION_MEMORY: with a page of its own, and without a request ID.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "service/bounds.h"
#include "service/http/head.h"
#include "service/http/server_private.h"

#define FDS_OF_OTHERS 64 /* descriptors that are left to the database, the embedding program, … */
/* Only ciphers with forward secrecy and authenticated encryption: no RSA key exchange, no CBC. */
#define TLS_PRIORITIES                                                                             \
	"NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-KX-ALL:+ECDHE-ECDSA:+ECDHE-RSA:"              \
	"-CIPHER-ALL:+AES-256-GCM:+CHACHA20-POLY1305:+AES-128-GCM:-MAC-ALL:+AEAD"

/* Writes the name of this machine into host; "localhost" if the name is unknown. Characters that
 * cannot stand in a header become '-'. */
static void name_host(char host[HOST_SIZE])
{
	if (gethostname(host, HOST_SIZE) < 0 || !memchr(host, '\0', HOST_SIZE) || !host[0])
		strcpy(host, "localhost");
	for (char *c = host; *c; c++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-", *c))
			*c = '-';
}

/* Waits until a connection has sent something, until until_ms (monotonic), or until libmicrohttpd
 * has work of its own. If server_stop() has written to wake_fd, sets server->stopping. */
static void wait_for_connections(struct server *server, int64_t until_ms)
{
	const union MHD_DaemonInfo *info =
		MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	int64_t wait_ms = until_ms - clock_monotonic_ms();
	struct pollfd fds[2] = {
		{.fd = info ? info->epoll_fd : -1, .events = POLLIN},
		/* the eventfd stays readable after the first event, so leave it out then */
		{.fd = server->stopping ? -1 : server->wake_fd, .events = POLLIN},
	};
	unsigned long long own_ms;

	if (MHD_get_timeout(server->daemon, &own_ms) == MHD_YES && (int64_t)own_ms < wait_ms)
		wait_ms = (int64_t)own_ms;
	if (wait_ms < 0)
		wait_ms = 0;
	if (wait_ms > INT_MAX)
		wait_ms = INT_MAX;
	if (poll(fds, 2, (int)wait_ms) > 0 && fds[1].revents)
		server->stopping = true;
}

/* Closes the listening socket: a new client is refused at once, instead of waiting for an answer
 * that never comes. */
static void stop_listening(struct server *server)
{
	int fd = MHD_quiesce_daemon(server->daemon);

	if (fd >= 0)
		close(fd);
}

static void *serve_connections(void *data)
{
	struct server *server = data;
	int64_t cut_ms = 0, stop_ms = INT64_MAX, now_ms;

	for (;;) {
		MHD_run(server->daemon);
		/* the next MHD_run() answers the connections that connections_settle() resumes */
		while (connections_settle(server))
			MHD_run(server->daemon);
		now_ms = clock_monotonic_ms();
		if (server->stopping && stop_ms == INT64_MAX) {
			stop_ms = now_ms + SERVICE_STOP_MS;
			stop_listening(server);
		}
		if (server->stopping && (!server->in_progress || now_ms >= stop_ms))
			return NULL;
		if (now_ms >= cut_ms)
			cut_ms = connections_cut(server, now_ms);
		wait_for_connections(server, cut_ms < stop_ms ? cut_ms : stop_ms);
	}
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

/* Returns how many connections one address may have open: options->per_address, or half of all
 * connections if that is 0. With this limit no client shuts the others out. Unix sockets have no
 * address, and no such limit. */
static unsigned connections_per_address(const struct server_options *options)
{
	unsigned half = connections_max() / 2;

	return options->per_address ? options->per_address : half;
}

static void server_free(struct server *server)
{
	if (server->wake_fd >= 0)
		close(server->wake_fd);
	free(server);
}

/*
 * Starts libmicrohttpd. If the start fails, libmicrohttpd closes the socket in some cases and
 * leaves it open in others. This function leaves the socket alone: to leak a socket is better than
 * to close a descriptor that another thread may have by then. Returns 0, or -errno with err filled.
 */
static int start_daemon(struct server *server, int listen_fd, struct err *err)
{
	const struct server_options *options = &server->options;
	struct MHD_OptionItem secure[] = {
		{MHD_OPTION_HTTPS_MEM_CERT, 0, options->tls ? options->tls->cert.data : NULL},
		{MHD_OPTION_HTTPS_MEM_KEY, 0, options->tls ? options->tls->key.data : NULL},
		{MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)TLS_PRIORITIES},
		{MHD_OPTION_END, 0, NULL},
	};
	struct MHD_OptionItem plain[] = {{MHD_OPTION_END, 0, NULL}};

	errno = 0;
	server->daemon = MHD_start_daemon(
		MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG |
			(options->tls ? MHD_USE_TLS : 0),
		0, NULL, NULL, connection_on_request, server, MHD_OPTION_EXTERNAL_LOGGER,
		connection_on_trouble, server, MHD_OPTION_LISTEN_SOCKET, listen_fd,
		MHD_OPTION_URI_LOG_CALLBACK, connection_begin, server, MHD_OPTION_NOTIFY_COMPLETED,
		connection_complete, server, MHD_OPTION_NOTIFY_CONNECTION, connection_on_connection,
		server, MHD_OPTION_CONNECTION_LIMIT, connections_max(),
		MHD_OPTION_PER_IP_CONNECTION_LIMIT, connections_per_address(options),
		MHD_OPTION_STRICT_FOR_CLIENT, (int)head_keeps_separators(),
		MHD_OPTION_CONNECTION_TIMEOUT, options->idle_s, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
		(size_t)SERVICE_CONNECTION_MEMORY, MHD_OPTION_ARRAY, options->tls ? secure : plain,
		MHD_OPTION_END);
	server->options.tls = NULL; /* the texts are the caller's; libmicrohttpd has copied them */
	if (server->daemon)
		return 0;
	return err_set(err, errno ? errno : EIO, "cannot start the HTTP server%s: %s",
		       secure[0].ptr_value ? " with TLS" : "", strerror(errno ? errno : EIO));
}

int server_start(int listen_fd, const struct server_options *options, struct server **ret_server,
		 struct err *err)
{
	_cleanup_close_ int fd = listen_fd;
	struct server *server = calloc(1, sizeof(*server));
	int r;

	if (!server)
		return err_set(err, ENOMEM, "out of memory");
	server->options = *options;
	name_host(server->host);
	server->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (server->wake_fd < 0)
		r = err_set(err, errno, "cannot make an eventfd: %s", strerror(errno));
	else
		r = start_daemon(server, steal_fd(&fd), err);
	if (r < 0) {
		server_free(server);
		return r;
	}
	r = -pthread_create(&server->thread, NULL, serve_connections, server);
	if (r < 0) {
		MHD_stop_daemon(server->daemon);
		server_free(server);
		return err_set(err, -r, "cannot start the server's thread: %s", strerror(-r));
	}
	*ret_server = server;
	return 0;
}

void server_stop(struct server *server)
{
	if (!server)
		return;
	/* the write cannot fail: the counter of an eventfd is not full after one write */
	(void)!eventfd_write(server->wake_fd, 1);
	pthread_join(server->thread, NULL);
	MHD_stop_daemon(server->daemon);
	server_free(server);
}
