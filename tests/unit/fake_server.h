/* SPDX-License-Identifier: MIT */
#ifndef COCFS_TESTS_FAKE_SERVER_H
#define COCFS_TESTS_FAKE_SERVER_H

#include <stdbool.h>
#include <stddef.h>

/*
 * A scripted HTTP/1.1 server in a thread of its own, on 127.0.0.1 or a Unix socket. The nth
 * complete request, counted over all connections, gets the nth reply of the script. The last reply
 * is repeated for all later requests. If the server itself fails, the test program ends.
 */
enum fake_act {
	FAKE_ANSWER, /* answer and keep the connection */
	FAKE_CLOSE,  /* answer, then close */
	FAKE_RESET,  /* answer as if the connection stayed, then reset the connection */
	FAKE_CUT,    /* close without an answer */
	FAKE_HOLD,   /* never answer */
	FAKE_GATHER, /* hold until `gather` requests are held, then answer each */
	FAKE_RAW,    /* send body without a head, then close */
	FAKE_KEPT,   /* send body without a head, and keep the connection */
};

struct fake_reply {
	enum fake_act act;
	unsigned status;
	const char *headers; /* "Name: value\r\n" for each, or NULL */
	const char *body;    /* NULL: an empty body */
};

struct fake_server;

/* Starts the server. replies is borrowed until fake_server_stop(). unix_path: NULL for TCP. gather:
 * how many requests FAKE_GATHER holds before it answers them. */
struct fake_server *fake_server_start(const char *unix_path, const struct fake_reply *replies,
				      size_t n_replies, unsigned gather);

/* Stops the thread of the fake server, and frees the server. */
void fake_server_stop(struct fake_server *server);

/* Accepts no connection from now on. Open connections stay open. */
void fake_server_refuse(struct fake_server *server);

/* Sends a text on every connection. On return the kernel holds the text for the other side. */
void fake_server_say(struct fake_server *server, const char *text);

/* Returns the TCP port of the server; 0: it has a Unix socket. */
unsigned fake_server_port(const struct fake_server *server);

/* Returns how many requests arrived completely, and how many connections were accepted, until
 * now. */
unsigned fake_server_requests(struct fake_server *server);
unsigned fake_server_connections(struct fake_server *server);

/* Returns request n (0: the first), head and body, or NULL if that request has not arrived. The
 * text lives as long as the server. */
const char *fake_server_request(struct fake_server *server, unsigned n);

#endif
