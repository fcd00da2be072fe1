/* SPDX-License-Identifier: MIT */
/*
 * A service that does nothing, so that the client is measured. The answer to a list has no jobs.
 * Any request that is no list is answered as a create. An answer comes immediately, or is held for
 * a fixed time. One thread serves all connections in turns. All held answers wait equally long, so
 * they are a queue, and the first answer in the queue is due first.
 */
#define _GNU_SOURCE
#include <getopt.h>
#include <microhttpd.h>
#include <poll.h>
#include <stdbool.h>
#include <sys/queue.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "service/http/listen.h"
#include "service/http/tls.h"
#include "timing.h"

#define CONNECTIONS_MAX 2048

struct call {
	STAILQ_ENTRY(call) next;
	struct MHD_Connection *connection;
	double due_s; /* 0: it is not held yet */
};

struct options {
	const char *cert, *key, *unix_socket, *port_file;
	double latency_s;
	bool lists_at_once;
};

static STAILQ_HEAD(, call) held = STAILQ_HEAD_INITIALIZER(held);
static double latency_s;
static bool lists_at_once;
static unsigned long long jobs;

static bool is_list(const char *method)
{
	return !strcmp(method, "GET");
}

static enum MHD_Result reply(struct MHD_Connection *connection, const char *method)
{
	char text[64];
	int size = is_list(method) ? snprintf(text, sizeof(text), "{\"total\":0,\"data\":[]}")
				   : snprintf(text, sizeof(text),
					      "{\"data\":\"DM20250702180239%08llu\"}", ++jobs);
	struct MHD_Response *response =
		MHD_create_response_from_buffer((size_t)size, text, MHD_RESPMEM_MUST_COPY);
	enum MHD_Result result = MHD_NO;

	if (response && MHD_add_response_header(response, "Content-Type", "application/json") &&
	    MHD_add_response_header(response, "X-Request-Id", "a-request"))
		result = MHD_queue_response(connection, MHD_HTTP_OK, response);
	if (response)
		MHD_destroy_response(response);
	return result;
}

static enum MHD_Result on_request(void *data, struct MHD_Connection *connection, const char *url,
				  const char *method, const char *version, const char *upload,
				  size_t *upload_size, void **ret_call)
{
	struct call *call = *ret_call;

	(void)data;
	(void)url;
	(void)version;
	(void)upload;
	if (!call) {
		*ret_call = calloc(1, sizeof(struct call));
		return *ret_call ? MHD_YES : MHD_NO;
	}
	if (*upload_size) {
		*upload_size = 0;
		return MHD_YES;
	}
	if (latency_s <= 0 || call->due_s > 0 || (lists_at_once && is_list(method)))
		return reply(connection, method);
	call->connection = connection;
	call->due_s = now_s() + latency_s;
	STAILQ_INSERT_TAIL(&held, call, next);
	MHD_suspend_connection(connection);
	return MHD_YES;
}

static void on_end(void *data, struct MHD_Connection *connection, void **call,
		   enum MHD_RequestTerminationCode code)
{
	(void)data;
	(void)connection;
	(void)code;
	free(*call);
}

/* Resumes the held calls that are due, so that they are answered. Returns the milliseconds until
 * the next call is due; -1: no call is held. */
static int wake_due(void)
{
	double now = now_s();
	struct call *call;

	while ((call = STAILQ_FIRST(&held)) && call->due_s <= now) {
		STAILQ_REMOVE_HEAD(&held, next);
		MHD_resume_connection(call->connection);
	}
	return call ? (int)((call->due_s - now) * 1000) + 1 : -1;
}

static void __attribute__((noreturn)) serve(struct MHD_Daemon *daemon)
{
	const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_EPOLL_FD);
	struct pollfd fd = {.fd = info->epoll_fd, .events = POLLIN};
	unsigned long long own_ms;
	int wait_ms;

	for (;;) {
		wait_ms = wake_due();
		if (MHD_run(daemon) != MHD_YES)
			give_up("the HTTP server failed", 0);
		if (MHD_get_timeout(daemon, &own_ms) == MHD_YES &&
		    (wait_ms < 0 || own_ms < (unsigned)wait_ms))
			wait_ms = (int)own_ms;
		if (poll(&fd, 1, wait_ms) < 0 && errno != EINTR)
			give_up("poll", errno);
	}
}

static int listen_somewhere(const struct options *options)
{
	unsigned port = 0;
	struct stat bound;
	struct err err;
	FILE *file;
	int fd, r;

	r = options->unix_socket ? listen_unix(options->unix_socket, &fd, &bound, &err)
				 : listen_tcp("127.0.0.1:0", false, &fd, &port, &err);
	if (r < 0)
		give_up(err.text, 0);
	if (!options->port_file)
		return fd;
	file = fopen(options->port_file, "w");
	if (!file || fprintf(file, "%u\n", port) < 0 || fclose(file) != 0)
		give_up(options->port_file, errno);
	return fd;
}

static void start_and_serve(const struct options *options)
{
	struct tls tls = {0};
	struct MHD_Daemon *daemon;
	struct MHD_OptionItem secure[] = {
		{MHD_OPTION_END, 0, NULL}, {MHD_OPTION_END, 0, NULL}, {MHD_OPTION_END, 0, NULL}};
	struct err err;

	if (options->cert) {
		if (tls_read(options->cert, options->key, &tls, &err) < 0)
			give_up(err.text, 0);
		secure[0] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_CERT, 0, tls.cert.data};
		secure[1] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_KEY, 0, tls.key.data};
	}
	daemon = MHD_start_daemon(
		MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | (options->cert ? MHD_USE_TLS : 0), 0,
		NULL, NULL, on_request, NULL, MHD_OPTION_LISTEN_SOCKET, listen_somewhere(options),
		MHD_OPTION_NOTIFY_COMPLETED, on_end, NULL, MHD_OPTION_CONNECTION_LIMIT,
		(unsigned)CONNECTIONS_MAX, MHD_OPTION_ARRAY, secure, MHD_OPTION_END);
	tls_finish(&tls);
	if (!daemon)
		give_up("cannot start the HTTP server", errno);
	serve(daemon);
}

int main(int argc, char **argv)
{
	static const struct option names[] = {
		{"tls-cert", required_argument, NULL, 'C'},
		{"tls-key", required_argument, NULL, 'K'},
		{"unix", required_argument, NULL, 'u'},
		{"port-file", required_argument, NULL, 'p'},
		{"latency-ms", required_argument, NULL, 'l'},
		{"lists-at-once", no_argument, NULL, 'L'},
		{NULL, 0, NULL, 0},
	};
	struct options options = {0};
	int option;

	while ((option = getopt_long(argc, argv, "", names, NULL)) >= 0) {
		if (option == 'C')
			options.cert = optarg;
		else if (option == 'K')
			options.key = optarg;
		else if (option == 'u')
			options.unix_socket = optarg;
		else if (option == 'p')
			options.port_file = optarg;
		else if (option == 'l')
			options.latency_s = atof(optarg) / 1000;
		else if (option == 'L')
			options.lists_at_once = true;
		else
			return 2;
	}
	if (optind < argc || !options.cert != !options.key ||
	    !options.unix_socket == !options.port_file) {
		fprintf(stderr,
			"usage: %s --port-file FILE | --unix PATH [--tls-cert FILE"
			" --tls-key FILE] [--latency-ms N [--lists-at-once]]\n",
			argv[0]);
		return 2;
	}
	latency_s = options.latency_s;
	lists_at_once = options.lists_at_once;
	start_and_serve(&options);
}
