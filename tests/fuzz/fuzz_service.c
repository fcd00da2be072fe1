/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "service/service.h"
#include "must.h"

/*
 * Any bytes on a connection to the local service, which runs in this process. The sanitizers check
 * the memory; this file checks the answers.
 *
 * A request with the header "X-Auth-Token: t" counts as a user's, so the fuzzer reaches the
 * operations without signing. tests/fuzz/http.dict has that header among its words.
 * tests/fuzz/http/ has seeds.
 */

#define ROUND 5000 /* inputs for one data file: what they create makes lists slower */
#define ANSWER_MAX (8u << 20)

static char directory[] = "/dev/shm/fuzz_service.XXXXXX";
static char data_path[64], keys_path[64], tokens_path[64], socket_path[64];
static struct service *service;
static char *answer;

static void write_tokens(void)
{
	int fd = open(tokens_path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	must(fd >= 0 && dprintf(fd, "[fuzzer]\ntoken = t\n[reader]\ntoken = r\n"
				    "access = read-only\n[slow]\ntoken = s\nrate = 2/s\n") > 0);
	close(fd);
}

static void remove_data(void)
{
	char path[80];

	unlink(data_path);
	snprintf(path, sizeof(path), "%s-wal", data_path);
	unlink(path);
	snprintf(path, sizeof(path), "%s-shm", data_path);
	unlink(path);
}

static void finish(void)
{
	service_stop(service);
	remove_data();
	unlink(keys_path);
	unlink(tokens_path);
	rmdir(directory);
	free(answer);
}

static void begin_round(void)
{
	struct service_options options = {
		.data = data_path,
		.credentials = keys_path,
		.tokens = tokens_path,
		.unix_socket = socket_path,
		.idle_s = 2,
		.request_s = 2,
	};
	struct err err = {0};

	service_stop(service);
	service = NULL;
	remove_data();
	must(service_start(&options, &service, &err) == 0);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct err err = {0};

	(void)argc;
	(void)argv;
	must(mkdtemp(directory));
	snprintf(data_path, sizeof(data_path), "%s/data", directory);
	snprintf(keys_path, sizeof(keys_path), "%s/keys", directory);
	snprintf(tokens_path, sizeof(tokens_path), "%s/tokens", directory);
	snprintf(socket_path, sizeof(socket_path), "%s/socket", directory);
	write_tokens();
	must(service_keys_ensure(keys_path, &err) == 0);
	answer = malloc(ANSWER_MAX);
	must(answer);
	atexit(finish);
	return 0;
}

static int open_connection(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	must(fd >= 0);
	strcpy(address.sun_path, socket_path);
	must(connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0);
	return fd;
}

/*
 * Waits until the service has read what was sent, or has closed the connection. If the end arrives
 * in one event with the last bytes, libmicrohttpd does not see the end, and would wait until idle_s
 * is over.
 */
static void wait_until_read(int fd)
{
	struct pollfd poll_fd = {.fd = fd, .events = POLLRDHUP};
	int unread = 1;

	while (unread && poll(&poll_fd, 1, 0) == 0) {
		must(ioctl(fd, SIOCOUTQ, &unread) == 0);
		if (unread)
			usleep(50);
	}
}

/* Sends the bytes and reads until the service closes the connection. The service must close it:
 * after the end of the input, or after idle_s or request_s. Returns how many bytes are in
 * answer. */
static size_t exchange(const uint8_t *data, size_t size)
{
	int fd = open_connection();
	size_t got = 0;
	ssize_t n;

	/* if this fails, the service has answered and closed the connection before all was sent */
	if (send(fd, data, size, MSG_NOSIGNAL) >= 0) {
		wait_until_read(fd);
		shutdown(fd, SHUT_WR);
	}
	while (got < ANSWER_MAX && (n = recv(fd, answer + got, ANSWER_MAX - got, 0)) > 0)
		got += (size_t)n;
	close(fd);
	return got;
}

/* Checks the first answer in `answer`, if there is one: it must be HTTP, and no failure of the
 * service itself. */
static void must_be_an_answer(size_t size)
{
	if (!size)
		return;
	must(size > 12 && !memcmp(answer, "HTTP/1.", 7));
	must(isdigit((unsigned char)answer[9]));
	must(answer[9] != '5' || !memmem(answer, size, "APIGW.0601", 10));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static unsigned inputs;

	if (inputs++ % ROUND == 0)
		begin_round();
	must_be_an_answer(exchange(data, size));
	return 0;
}
