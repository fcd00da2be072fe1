/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COC_MULTI_H
#define COCFS_COC_MULTI_H

#include <stdbool.h>
#include <sys/queue.h>

#include <curl/curl.h>

#include "loop/loop.h"

/* The callbacks to the owner of a multi handle. */
struct multi_calls {
	/* Called from the loop, each time that curl did something: there may be results to take. It
	 * may finish the multi. */
	void (*acted)(void *data);
	/* Called from the loop when more than HTTP_HEARD_MAX has come for a request: end that
	 * request. It may finish the multi. */
	void (*flooded)(void *data, CURL *easy);
};

/* A libcurl multi handle whose sockets and timer are those of the loop. Its owner embeds it. */
struct multi {
	CURLM *handle;
	struct loop *loop;
	struct loop_timer timer;
	LIST_HEAD(, socket) sockets; /* sockets of connections, and those that curl waits for */
	unsigned connections_max;
	struct multi_calls calls;
	void *data;
	unsigned n_new; /* easy handles added since curl last acted; the owner counts them */
	bool broken;	/* curl had no memory: take off all easy handles, then call multi_renew() */
};

/*
 * Makes the handle, which keeps at most connections_max connections (0: no bound). data is for the
 * calls. Returns 0, or -ENOMEM with nothing to finish.
 */
int multi_init(struct multi *multi, struct loop *loop, unsigned connections_max,
	       const struct multi_calls *calls, void *data);

/* Replaces a broken handle, which must have no easy handles left. Returns 0, or -ENOMEM: then it
 * stays broken. */
int multi_renew(struct multi *multi);

/* Does curl have HTTP_BEGIN_MAX new easy handles or more, with which it is about to begin? Then add
 * no other before multi_calls.acted is called. */
bool multi_is_full(const struct multi *multi);

/* Opens a socket for a connection, in curl's place (CURLOPT_OPENSOCKETFUNCTION). Returns the
 * descriptor or -errno. */
int multi_open_socket(struct multi *multi, const struct curl_sockaddr *address);

/* Closes a socket of multi_open_socket(), for CURLOPT_CLOSESOCKETFUNCTION; data is the multi.
 * Returns what close(2) returns. */
int multi_close_socket(void *data, curl_socket_t fd);

/* Has more than HTTP_HEARD_MAX come for the request of this easy handle? Never true for a Unix
 * socket. May be called from a callback of curl. */
bool multi_is_flooded(const struct multi *multi, const CURL *easy);

/* Are there bytes to read on a socket, or has it ended? False if fd is closed: curl tries several
 * addresses at the same time, and closes the sockets that it does not need. True if poll()
 * fails. */
bool multi_has_unread(curl_socket_t fd);

/*
 * Shuts down each idle connection on which something has come: bytes that nobody asked for, or the
 * end of the connection. curl does not use such a connection again. Returns whether there was one.
 * May be called from a callback of curl: the connection that curl is about to use is idle until its
 * request is sent.
 */
bool multi_drop_unasked(struct multi *multi);

/* Closes the connections and frees the handle, which must have no easy handles left. */
void multi_finish(struct multi *multi);

#endif
