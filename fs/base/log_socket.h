/* SPDX-License-Identifier: MIT */
#ifndef COCFS_BASE_LOG_SOCKET_H
#define COCFS_BASE_LOG_SOCKET_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The socket of a log daemon. Nothing here waits for the daemon, which may be stopped or slow: a
 * wait in the loop keeps the whole mount waiting. Initialise it with LOG_SOCKET.
 */
struct log_socket {
	const char *path;
	bool may_be_stream; /* or the daemon takes datagrams only */
	int fd, type;	    /* type: SOCK_DGRAM or SOCK_STREAM, when connected */
};

#define LOG_SOCKET(path_, may_be_stream_)                                                          \
	{                                                                                          \
		.path = (path_), .may_be_stream = (may_be_stream_), .fd = -1                       \
	}

/* Is there a daemon that takes messages? */
bool log_socket_is_there(struct log_socket *log);

/*
 * Sends one message of size bytes, with a NUL after it: on a stream a message ends with that NUL. A
 * daemon that was started again is connected again. Returns false if the message is lost: nobody
 * listens, or there is no room.
 */
bool log_socket_send(struct log_socket *log, const char *message, size_t size);

#endif
