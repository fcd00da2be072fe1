/* SPDX-License-Identifier: MIT */
#ifndef COCFS_TESTS_FAKE_SERVER_H
#define COCFS_TESTS_FAKE_SERVER_H

#include <stdbool.h>
#include <stddef.h>

/*
 * A scripted HTTP/1.1 server in a thread of its own, on 127.0.0.1 or a Unix socket. The nth request
 * that arrives whole, counted over all connections, gets the nth reply of the script; the last
 * reply stands for all that follow. Failures of its own end the test program.
 */
enum fake_act {
	FAKE_ANSWER, /* answer and keep the connection */
	FAKE_CLOSE,  /* answer, then close */
	FAKE_RESET,  /* answer as if the connection stayed, then reset it */
	FAKE_CUT,    /* close without an answer */
	FAKE_HOLD,   /* never answer */
	FAKE_GATHER, /* hold until gather requests are held, then answer them all */
	FAKE_RAW,    /* send body as it is, then close */
	FAKE_KEPT,   /* send body as it is, and keep the connection */
};

struct fake_reply {
	enum fake_act act;
	unsigned status;
	const char *headers; /* "Name: value\r\n" each, or NULL */
	const char *body;    /* NULL: empty */
};

struct fake_server;

/* Starts; replies is borrowed. unix_path: NULL for TCP. */
struct fake_server *fake_server_start(const char *unix_path, const struct fake_reply *replies,
				      size_t n_replies, unsigned gather);

/* Stops the thread and frees. */
void fake_server_stop(struct fake_server *server);

/* From here on nobody can connect; connections that are there stay. */
void fake_server_refuse(struct fake_server *server);

/* Sends a text on every connection. When this returns, the kernel has it for the other side. */
void fake_server_say(struct fake_server *server, const char *text);

unsigned fake_server_port(const struct fake_server *server);

/* Requests that arrived whole, and connections that were accepted, up to now. */
unsigned fake_server_requests(struct fake_server *server);
unsigned fake_server_connections(struct fake_server *server);

/* The text of the nth request, head and body; lives as long as the server. NULL if it is not
 * there. */
const char *fake_server_request(struct fake_server *server, unsigned n);

#endif
