/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "base/log_syslog.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

/* Room for the head of a message, and for the longest line of log.c (4096 bytes). */
#define MESSAGE_MAX_BYTES 4224

static struct {
	int fd, type;
	unsigned long lost;
} syslog_socket = {.fd = -1};

static int connect_by(int type)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = _PATH_LOG};
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -1;
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		close(fd);
		return -1;
	}
	syslog_socket.fd = fd;
	syslog_socket.type = type;
	return 0;
}

static bool is_connected(void)
{
	return syslog_socket.fd >= 0 || connect_by(SOCK_DGRAM) == 0 || connect_by(SOCK_STREAM) == 0;
}

static void disconnect_syslog(void)
{
	if (syslog_socket.fd >= 0)
		close(syslog_socket.fd);
	syslog_socket.fd = -1;
}

bool log_syslog_is_there(void)
{
	return is_connected();
}

/* Sends one message. Connects again if the log daemon was started anew. Returns whether the message
 * is sent. */
static bool send_message(const char *program, int priority, const char *line)
{
	char message[MESSAGE_MAX_BYTES], now[32];
	time_t seconds = time(NULL);
	struct tm parts;
	int n;

	if (!localtime_r(&seconds, &parts) || !strftime(now, sizeof(now), "%h %e %T", &parts))
		return false;
	n = snprintf(message, sizeof(message), "<%d>%s %s[%d]: %s", LOG_DAEMON | priority, now,
		     program, (int)getpid(), line);
	if (n >= (int)sizeof(message))
		n = (int)sizeof(message) - 1;
	for (int attempt = 0; attempt < 2 && is_connected(); attempt++) {
		/* on a stream a message ends with its NUL */
		size_t size = (size_t)n + (syslog_socket.type == SOCK_STREAM);
		ssize_t sent = send(syslog_socket.fd, message, size, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (sent == (ssize_t)size)
			return true;
		if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return false;
		/* disconnect: on a stream, half a message would spoil the next message */
		disconnect_syslog();
	}
	return false;
}

void log_syslog_send(const char *program, int priority, const char *line)
{
	char text[64];

	if (!send_message(program, priority, line)) {
		syslog_socket.lost++;
		return;
	}
	if (!syslog_socket.lost)
		return;
	snprintf(text, sizeof(text), "%lu messages before this one were lost", syslog_socket.lost);
	if (send_message(program, LOG_WARNING, text))
		syslog_socket.lost = 0;
}
