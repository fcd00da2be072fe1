/* SPDX-License-Identifier: MIT */
/*
 * The protocol is one datagram to a socket. The environment has the path of the socket. systemd
 * promises to keep the protocol, so these lines cost less than a dependency on libsystemd.
 */
#define _GNU_SOURCE
#include "base/notify.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include "base/cleanup.h"
#include "base/shown.h"

#define STATE_MAX 128 /* bytes of a state: two or three words */

static void send_datagram(const char *text)
{
	const struct timeval wait = {.tv_sec = NOTIFY_WAIT_MS / 1000,
				     .tv_usec = NOTIFY_WAIT_MS % 1000 * 1000};
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t size = path ? strlen(path) : 0;
	_cleanup_close_ int fd = -1;

	if (!size || size >= sizeof(address.sun_path) || (path[0] != '/' && path[0] != '@'))
		return;
	memcpy(address.sun_path, path, size);
	/* '@' stands for a name in the abstract namespace, which begins with a NUL */
	if (path[0] == '@')
		address.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait)) < 0)
		return;
	(void)!sendto(fd, text, strlen(text), MSG_NOSIGNAL, (struct sockaddr *)&address,
		      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + size));
}

void notify_supervisor(const char *state, const char *status, ...)
{
	char text[NOTIFY_STATUS_MAX], message[STATE_MAX + sizeof("\nSTATUS=") + sizeof(text)];
	va_list args;
	int length;

	if (!status) {
		send_datagram(state);
		return;
	}
	va_start(args, status);
	length = vsnprintf(text, sizeof(text), status, args);
	va_end(args);
	if (length >= (int)sizeof(text))
		shown_drop_half(text);
	shown_clean(text);
	snprintf(message, sizeof(message), "%s\nSTATUS=%s", state, text);
	send_datagram(message);
}
