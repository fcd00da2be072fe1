/* SPDX-License-Identifier: MIT */
#ifndef COCFS_BASE_LOG_SOCKET_H
#define COCFS_BASE_LOG_SOCKET_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The socket of a log daemon. The functions never wait for the daemon, which may be stopped or
 * slow: a wait in the loop holds the whole mount. Initialise the struct with LOG_SOCKET.
 */
struct log_socket {
	const char *path;
	bool may_be_stream; /* false: the daemon takes only datagrams */
	int fd, type;	    /* fd: -1 if not connected; type: SOCK_DGRAM or SOCK_STREAM */
};

#define LOG_SOCKET(path_, may_be_stream_)                                                          \
	{                                                                                          \
		.path = (path_), .may_be_stream = (may_be_stream_), .fd = -1                       \
	}

/* Does a daemon listen on the socket? Connects to find out, and stays connected. */
bool log_socket_is_there(struct log_socket *log);

/*
 * Sends one message of size bytes. A NUL must follow the message: on a stream it ends the message.
 * Connects again if the daemon was started anew. Returns false if the message is lost: nobody
 * listens, or the socket's buffer has no room.
 */
bool log_socket_send(struct log_socket *log, const char *message, size_t size);

#endif
