/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "base/log_socket.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static bool connect_by(struct log_socket *log, int type)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return false;
	strncpy(address.sun_path, log->path, sizeof(address.sun_path) - 1);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		close(fd);
		return false;
	}
	log->fd = fd;
	log->type = type;
	return true;
}

bool log_socket_is_there(struct log_socket *log)
{
	return log->fd >= 0 || connect_by(log, SOCK_DGRAM) ||
	       (log->may_be_stream && connect_by(log, SOCK_STREAM));
}

static void disconnect_log(struct log_socket *log)
{
	close(log->fd);
	log->fd = -1;
}

bool log_socket_send(struct log_socket *log, const char *message, size_t size)
{
	for (int attempt = 0; attempt < 2 && log_socket_is_there(log); attempt++) {
		size_t whole = size + (log->type == SOCK_STREAM);
		ssize_t sent = send(log->fd, message, whole, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (sent == (ssize_t)whole)
			return true;
		if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return false;
		/* disconnect: on a stream, half a message would spoil the next message */
		disconnect_log(log);
	}
	return false;
}
