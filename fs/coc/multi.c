/* SPDX-License-Identifier: MIT */
#include "coc/multi.h"

#include <errno.h>
#include <stdlib.h>

/* A socket of curl's. */
struct socket {
	struct multi *multi;
	struct loop_watch watch;
};

/*
 * When curl (7.88) has no memory for what it keeps of a socket, it leaves a half of that behind,
 * and divides by zero when a socket of the same number comes: such a handle is not used any more.
 *
 * Nothing of multi is used after this: its owner may have finished it.
 */
static void act_on_socket(struct multi *multi, curl_socket_t fd, int events)
{
	int running;

	if (curl_multi_socket_action(multi->handle, fd, events, &running) == CURLM_OUT_OF_MEMORY)
		multi->broken = true;
	multi->acted(multi->data);
}

static void on_event(void *data, uint32_t events)
{
	struct socket *socket = data;
	int mask = 0;

	if (events & EPOLLIN)
		mask |= CURL_CSELECT_IN;
	if (events & EPOLLOUT)
		mask |= CURL_CSELECT_OUT;
	/* curl finds out what is wrong by reading and writing */
	if (events & (EPOLLERR | EPOLLHUP))
		mask |= CURL_CSELECT_IN | CURL_CSELECT_OUT;
	act_on_socket(socket->multi, socket->watch.fd, mask);
}

static void on_due(void *data)
{
	act_on_socket(data, CURL_SOCKET_TIMEOUT, 0);
}

static void forget_socket(struct multi *multi, curl_socket_t fd, struct socket *socket)
{
	if (!socket)
		return;
	loop_unwatch(&socket->watch);
	curl_multi_assign(multi->handle, fd, NULL);
	free(socket);
}

static void watch_socket(struct multi *multi, curl_socket_t fd, uint32_t events)
{
	struct socket *socket = calloc(1, sizeof(*socket));

	if (!socket)
		return;
	socket->multi = multi;
	if (loop_watch(multi->loop, &socket->watch, fd, events, on_event, socket) < 0)
		free(socket);
	else
		curl_multi_assign(multi->handle, fd, socket);
}

/*
 * curl wants to hear of a socket. When that fails (no memory, no room in epoll) curl is not told,
 * since it would give up every exchange: the one on that socket ends by its deadline.
 */
static int on_socket(CURL *easy, curl_socket_t fd, int what, void *data, void *known)
{
	struct multi *multi = data;
	struct socket *socket = known;
	uint32_t events = 0;

	(void)easy;
	if (what & CURL_POLL_IN)
		events |= EPOLLIN;
	if (what & CURL_POLL_OUT)
		events |= EPOLLOUT;
	if (what == CURL_POLL_REMOVE)
		forget_socket(multi, fd, socket);
	else if (socket)
		loop_watch_change(&socket->watch, events);
	else
		watch_socket(multi, fd, events);
	return 0;
}

static int on_timer(CURLM *handle, long timeout_ms, void *data)
{
	struct multi *multi = data;

	(void)handle;
	if (timeout_ms < 0)
		loop_timer_cancel(&multi->timer);
	else
		loop_timer_set(multi->loop, &multi->timer, loop_now_ms(multi->loop) + timeout_ms,
			       on_due, multi);
	return 0;
}

/* A handle that tells of its sockets and its timer. NULL when out of memory. */
static CURLM *make_handle(struct multi *multi)
{
	CURLM *handle = curl_multi_init();

	if (handle && curl_multi_setopt(handle, CURLMOPT_SOCKETFUNCTION, on_socket) == CURLM_OK &&
	    curl_multi_setopt(handle, CURLMOPT_SOCKETDATA, multi) == CURLM_OK &&
	    curl_multi_setopt(handle, CURLMOPT_TIMERFUNCTION, on_timer) == CURLM_OK &&
	    curl_multi_setopt(handle, CURLMOPT_TIMERDATA, multi) == CURLM_OK &&
	    curl_multi_setopt(handle, CURLMOPT_MAXCONNECTS, (long)multi->connections_max) ==
		    CURLM_OK)
		return handle;
	curl_multi_cleanup(handle);
	return NULL;
}

int multi_init(struct multi *multi, struct loop *loop, unsigned connections_max,
	       void (*acted)(void *data), void *data)
{
	*multi = (struct multi){
		.loop = loop, .connections_max = connections_max, .acted = acted, .data = data};
	multi->handle = make_handle(multi);
	return multi->handle ? 0 : -ENOMEM;
}

int multi_renew(struct multi *multi)
{
	CURLM *handle = make_handle(multi);

	if (!handle)
		return -ENOMEM;
	multi_finish(multi);
	multi->handle = handle;
	multi->broken = false;
	return 0;
}

void multi_finish(struct multi *multi)
{
	curl_multi_cleanup(multi->handle);
	multi->handle = NULL;
	loop_timer_cancel(&multi->timer);
}
