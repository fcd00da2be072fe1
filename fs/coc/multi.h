/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COC_MULTI_H
#define COCFS_COC_MULTI_H

#include <stdbool.h>
#include <sys/queue.h>

#include <curl/curl.h>

#include "loop/loop.h"

/* What the owner of a multi handle is told. */
struct multi_calls {
	/* From the loop, each time that curl did something: messages may be there. It may finish
	 * the multi. */
	void (*acted)(void *data);
	/* From the loop: more than HTTP_HEARD_MAX has come for a request, which has to be ended. It
	 * may finish the multi. */
	void (*flooded)(void *data, CURL *easy);
};

/* A libcurl multi handle whose sockets and timer are the loop's. Embedded by its owner. */
struct multi {
	CURLM *handle;
	struct loop *loop;
	struct loop_timer timer;
	LIST_HEAD(, socket) sockets; /* those of connections, and those that curl waits for */
	unsigned connections_max;
	struct multi_calls calls;
	void *data;
	unsigned n_new; /* easy handles that were added since curl's last turn: the owner counts */
	bool broken; /* curl had no memory: what runs must be taken off, and the handle renewed */
};

/*
 * Makes the handle, which keeps at most connections_max connections (0: no bound). data is that of
 * the calls. Returns 0; -ENOMEM, with nothing to finish.
 */
int multi_init(struct multi *multi, struct loop *loop, unsigned connections_max,
	       const struct multi_calls *calls, void *data);

/* Makes another handle in place of a broken one, which must have no easy handles left. Returns 0;
 * -ENOMEM, and it stays broken. */
int multi_renew(struct multi *multi);

/* Has curl as many new easy handles as it may begin with at once? Then others are added when it has
 * acted. */
bool multi_is_full(const struct multi *multi);

/* Opens a socket for a connection, in curl's place (CURLOPT_OPENSOCKETFUNCTION). Returns it, or
 * -errno. */
int multi_open_socket(struct multi *multi, const struct curl_sockaddr *address);

/* Closes a socket of multi_open_socket(): CURLOPT_CLOSESOCKETFUNCTION, whose data is the multi. */
int multi_close_socket(void *data, curl_socket_t fd);

/* Has more than HTTP_HEARD_MAX come for the request of an easy handle? Of a Unix socket this tells
 * nothing. It may be called from a callback of curl. */
bool multi_is_flooded(const struct multi *multi, const CURL *easy);

/* Is there something to be read on a socket, or its end? No for what is no socket any more: curl
 * tries several addresses at once, and closes those that lose. */
bool multi_has_unread(curl_socket_t fd);

/*
 * Shuts down each idle connection on which something has come: bytes that nobody asked for, or its
 * end. curl does not use it again. Returns whether there was one. It may be called from a callback
 * of curl: the connection that is about to be used is idle until its request is sent.
 */
bool multi_drop_unasked(struct multi *multi);

/* Closes the connections and frees the handle, which must have no easy handles left. */
void multi_finish(struct multi *multi);

#endif
