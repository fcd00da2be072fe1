/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/notify.h"
#include "base/process.h"
#include "cocd/options.h"
#include "service/service.h"
#include "service/store/store_postgresql.h"

/* Finds the data file that --data means: the file itself, or service.db in a directory. Makes the
 * directory if data ends in '/'. The caller frees *ret_path. Returns 0, or -errno with err
 * filled. */
static int find_data(const char *data, char **ret_path, struct err *err)
{
	size_t size = strlen(data);
	struct stat st;
	bool directory;

	if (size && data[size - 1] == '/' && mkdir(data, 0700) < 0 && errno != EEXIST)
		return err_set(err, errno, "cannot make the directory %s: %s", data,
			       strerror(errno));
	directory = stat(data, &st) == 0 && S_ISDIR(st.st_mode);
	if (asprintf(ret_path, "%s%s", data, directory ? "/service.db" : "") < 0)
		return err_set(err, ENOMEM, "out of memory");
	return 0;
}

/* Finds service.keys, the key file beside the data file, and makes one if there is none. The caller
 * frees *ret_path. Returns 0, or -errno with err filled. */
static int find_keys(const char *data_file, char **ret_path, struct err *err)
{
	_cleanup_free_ char *copy = strdup(data_file), *path = NULL;
	int r;

	if (!copy || asprintf(&path, "%s/service.keys", dirname(copy)) < 0) {
		path = NULL;
		return err_set(err, ENOMEM, "out of memory");
	}
	r = service_keys_ensure(path, err);
	if (r == 0)
		*ret_path = steal_ptr(path);
	return r;
}

/* Writes the port to the file path, first under another name, which is renamed to path. So a
 * program that waits for the file never finds a part of it. Call this when the service answers.
 * Returns 0, or -errno with err filled. */
static int write_port(const char *path, unsigned port, struct err *err)
{
	_cleanup_free_ char *draft = NULL;
	_cleanup_close_ int fd = -1;

	if (asprintf(&draft, "%s.%ld", path, (long)getpid()) < 0) {
		draft = NULL;
		return err_set(err, ENOMEM, "out of memory");
	}
	fd = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0 || dprintf(fd, "%u\n", port) < 0 || rename(draft, path) < 0) {
		err_set(err, errno, "cannot write the port file %s: %s", path, strerror(errno));
		if (fd >= 0)
			unlink(draft);
		return -err->errnum;
	}
	return 0;
}

/* Called by the service after each request. Writes a line of the access log to standard error;
 * bytes that are not printable ASCII become "?". Each line is one write(2), so the lines of several
 * programs on one terminal stay whole. A failure is ignored. */
static void log_access(void *data, const struct service_access *access)
{
	time_t now = (time_t)(access->time_ms / 1000);
	char line[1024], when[32] = "-";
	struct tm tm;
	int size;

	(void)data;
	if (gmtime_r(&now, &tm))
		strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%S", &tm);
	size = snprintf(line, sizeof(line), "%s.%03dZ %s %.512s %u %" PRId64 " ms %s", when,
			(int)(access->time_ms % 1000), access->method, access->path, access->status,
			access->took_ms, access->request_id);
	if (size < 0)
		return;
	if ((size_t)size > sizeof(line) - 2)
		size = sizeof(line) - 2;
	for (int i = 0; i < size; i++)
		if (line[i] < ' ' || line[i] > '~')
			line[i] = '?';
	line[size++] = '\n';
	/* ignore a failure: a log that cannot be written must not stop the service */
	if (write(STDERR_FILENO, line, (size_t)size) < 0)
		return;
}

/* Starts the service, and serves until one of the signals comes, which must be blocked. Returns 0,
 * or -errno with err filled. */
static int serve_until_signal(const struct cocd_options *settings, const sigset_t *signals,
			      struct err *err)
{
	_cleanup_free_ char *data = NULL, *keys = NULL;
	struct service_options options = {
		.credentials = settings->credentials,
		.tokens = settings->tokens,
		.unix_socket = settings->unix_socket,
		.listen = settings->listen,
		.tls_cert = settings->tls_cert,
		.tls_key = settings->tls_key,
		.idle_s = settings->idle_s,
		.step_s = settings->step_s,
		.request_s = settings->request_s,
		.per_address = settings->per_address,
		.lock_s = settings->lock_s,
		.never_lock = settings->never_lock,
		.rate = settings->rate,
		.access = settings->access_log ? log_access : NULL,
	};
	struct service *service;
	int r;

	if (settings->port_file && unlink(settings->port_file) < 0 && errno != ENOENT)
		return err_set(err, errno, "cannot replace the port file %s: %s",
			       settings->port_file, strerror(errno));
	if (store_is_postgresql(settings->data)) {
		options.open = store_open_postgresql;
		options.data = settings->data;
	} else {
		r = find_data(settings->data, &data, err);
		if (r == 0 && !settings->credentials)
			r = find_keys(data, &keys, err);
		if (r < 0)
			return r;
		options.data = data;
	}
	if (keys)
		options.credentials = keys;
	r = service_start(&options, &service, err);
	if (r < 0)
		return r;
	if (settings->unix_socket)
		fprintf(stderr, "cocd: listening on unix:%s\n", settings->unix_socket);
	else
		fprintf(stderr, "cocd: listening on http%s://%.*s:%u\n",
			settings->tls_cert ? "s" : "",
			(int)(strrchr(settings->listen, ':') - settings->listen), settings->listen,
			service_port(service));
	if (settings->port_file)
		r = write_port(settings->port_file, service_port(service), err);
	if (r == 0)
		notify_supervisor("READY=1", NULL);
	while (r == 0 && sigwaitinfo(signals, NULL) < 0 && errno == EINTR)
		;
	notify_supervisor("STOPPING=1", NULL);
	service_stop(service);
	return r;
}

int main(int argc, char **argv)
{
	struct cocd_options settings = {0};
	struct err err = {0};
	sigset_t signals;
	int r;

	process_keep_secrets();
	r = cocd_options_parse(argc, argv, &settings);
	if (r || settings.done)
		return r;
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGHUP);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	/* write(2) to a closed pipe, or beyond a limit of the file size, fails instead of killing
	 * cocd */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	if (serve_until_signal(&settings, &signals, &err) < 0) {
		fprintf(stderr, "cocd: %s\n", err.text);
		return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}
