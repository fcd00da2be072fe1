/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "service/http/last_words.h"

#include <sys/socket.h>

#include <gnutls/gnutls.h>

#include "base/buf.h"

#define DRAIN_MAX (64u << 10) /* bytes that drain_socket() reads at most */

static void send_text(struct MHD_Connection *connection, int fd, const struct buf *text)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);

	/* a failure is ignored: the client has broken the rules, and loses only its answer */
	if (info && info->tls_session)
		(void)gnutls_record_send(info->tls_session, text->data, text->size);
	else
		(void)send(fd, text->data, text->size, MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* Reads and drops what the client has sent, up to DRAIN_MAX bytes. If a socket were closed with
 * unread bytes, the kernel would reset the connection, and the answer would be lost. */
static void drain_socket(int fd)
{
	char bytes[4096];
	size_t heard = 0;
	ssize_t n;

	do {
		n = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT);
		heard += n > 0 ? (size_t)n : 0;
	} while (n > 0 && heard < DRAIN_MAX);
}

void last_words(struct MHD_Connection *connection, const struct reply *reply,
		const char *request_id)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	_cleanup_buf_ struct buf text = {0};
	int fd;

	if (!info)
		return;
	fd = info->connect_fd;
	if (reply->body) {
		buf_printf(&text,
			   "HTTP/1.1 %u Bad Request\r\n"
			   "Content-Type: application/json;charset=UTF-8\r\n"
			   "X-request-id: %s\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n",
			   reply->status, request_id, reply->size);
		buf_append(&text, reply->body, reply->size);
		if (!text.error)
			send_text(connection, fd, &text);
	}
	drain_socket(fd);
	shutdown(fd, SHUT_RDWR);
}
