/* SPDX-License-Identifier: MIT */
/*
 * A connection without a request has nothing to say. If bytes come on it all the same, they are no
 * answer to the next request. A server may send its answer twice, or give a reason when it is about
 * to close. curl (7.88) would take these bytes as the answer of its next request. So this file
 * knows each socket from its beginning to its end, even while curl waits for nothing on it. The
 * function multi_drop_unasked() shuts such a connection down before a request goes out.
 */
#define _GNU_SOURCE
#include "coc/multi.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/tcp.h>

#include "coc/bounds.h"

/* A socket that curl uses. */
struct socket {
	LIST_ENTRY(socket) link; /* in multi->sockets */
	struct multi *multi;
	curl_socket_t fd;
	bool is_connection; /* if not, it is curl's own, such as its resolver's */
	bool is_shut;	    /* multi_drop_unasked() has shut it down */
	/* handle of the request that runs on this socket, or was the last one */
	CURL *easy;
	uint64_t heard;		  /* bytes that have come for the request of easy */
	uint64_t received_before; /* on TCP: bytes that had come before the request of easy */
	/* curl waits for something on this socket: a request runs on it */
	bool is_watched;
	struct loop_watch watch;
};

/*
 * Lets curl act on a socket. If curl (7.88) has no memory for its record of a socket, it leaves
 * half of that record behind. It then divides by zero when a socket of the same number comes. Such
 * a handle is broken, and not used any more. The owner may finish the multi in the callback, so the
 * multi is not used afterwards.
 */
static void act_on_socket(struct multi *multi, curl_socket_t fd, int events)
{
	int running;

	/* this call makes curl begin with all new requests */
	multi->n_new = 0;
	if (curl_multi_socket_action(multi->handle, fd, events, &running) == CURLM_OUT_OF_MEMORY)
		multi->broken = true;
	multi->calls.acted(multi->data);
}

/* Reads how many bytes have come on a TCP connection since it was opened. Returns false for another
 * kind of socket, or if the kernel does not tell. */
static bool get_received(curl_socket_t fd, uint64_t *ret_bytes)
{
	struct tcp_info info = {0};
	socklen_t size = sizeof(info);

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) < 0 ||
	    size < offsetof(struct tcp_info, tcpi_bytes_received) +
			    sizeof(info.tcpi_bytes_received))
		return false;
	*ret_bytes = info.tcpi_bytes_received;
	return true;
}

/*
 * Counts the bytes that come for a request. Returns true if they are more than any answer has. This
 * check is needed: curl reports only the body and whole headers, and silently reads the rest. The
 * extensions of chunks may go on for ever. For a Unix socket the kernel tells only the bytes that
 * wait to be read. Bytes that come while curl reads are not counted, so the bound is coarse there.
 */
static bool has_heard_too_much(struct socket *socket)
{
	uint64_t received;
	int waiting = 0;

	if (get_received(socket->fd, &received))
		socket->heard = received - socket->received_before;
	else if (ioctl(socket->fd, FIONREAD, &waiting) == 0)
		socket->heard += (uint64_t)waiting;
	return socket->heard > HTTP_HEARD_MAX;
}

bool multi_is_flooded(const struct multi *multi, const CURL *easy)
{
	const struct socket *socket;
	uint64_t received;

	LIST_FOREACH (socket, &multi->sockets, link)
		if (socket->is_connection && socket->easy == easy &&
		    get_received(socket->fd, &received) &&
		    received - socket->received_before > HTTP_HEARD_MAX)
			return true;
	return false;
}

static void on_event(void *data, uint32_t events)
{
	struct socket *socket = data;
	int mask = 0;

	if (socket->is_connection && (events & EPOLLIN) && has_heard_too_much(socket)) {
		socket->multi->calls.flooded(socket->multi->data, socket->easy);
		return;
	}
	if (events & EPOLLIN)
		mask |= CURL_CSELECT_IN;
	if (events & EPOLLOUT)
		mask |= CURL_CSELECT_OUT;
	/* let curl read and write: that shows it what is wrong */
	if (events & (EPOLLERR | EPOLLHUP))
		mask |= CURL_CSELECT_IN | CURL_CSELECT_OUT;
	act_on_socket(socket->multi, socket->watch.fd, mask);
}

static void on_due(void *data)
{
	act_on_socket(data, CURL_SOCKET_TIMEOUT, 0);
}

static struct socket *find_socket(struct multi *multi, curl_socket_t fd)
{
	struct socket *socket;

	LIST_FOREACH (socket, &multi->sockets, link)
		if (socket->fd == fd)
			return socket;
	return NULL;
}

/* Adds a socket to multi->sockets. NULL: out of memory. */
static struct socket *add_socket(struct multi *multi, curl_socket_t fd, bool is_connection)
{
	struct socket *socket = calloc(1, sizeof(*socket));

	if (!socket)
		return NULL;
	*socket = (struct socket){.multi = multi, .fd = fd, .is_connection = is_connection};
	LIST_INSERT_HEAD(&multi->sockets, socket, link);
	return socket;
}

static void unwatch_socket(struct socket *socket)
{
	if (socket->is_watched)
		loop_unwatch(&socket->watch);
	socket->is_watched = false;
}

static void drop_socket(struct socket *socket)
{
	unwatch_socket(socket);
	LIST_REMOVE(socket, link);
	free(socket);
}

static void forget_socket(struct socket *socket)
{
	if (!socket)
		return;
	curl_multi_assign(socket->multi->handle, socket->fd, NULL);
	if (socket->is_connection)
		unwatch_socket(socket);
	else
		drop_socket(socket);
}

/* Begins a new count for another request. For the same request the count goes on, even if curl
 * stopped waiting for a while. */
static void begin_to_count(struct socket *socket, CURL *easy)
{
	if (socket->easy == easy)
		return;
	socket->easy = easy;
	socket->heard = socket->received_before = 0;
	get_received(socket->fd, &socket->received_before);
}

static void watch_socket(struct multi *multi, CURL *easy, curl_socket_t fd, uint32_t events)
{
	struct socket *socket = find_socket(multi, fd);

	if (!socket)
		socket = add_socket(multi, fd, false);
	if (!socket)
		return;
	begin_to_count(socket, easy);
	if (loop_watch(multi->loop, &socket->watch, fd, events, on_event, socket) == 0) {
		socket->is_watched = true;
		curl_multi_assign(multi->handle, fd, socket);
	} else if (!socket->is_connection) {
		drop_socket(socket);
	}
}

/*
 * curl calls this when it wants to know of events on a socket, or of none any more. Begins, changes
 * or ends the watch. A failure (no memory, no room in epoll) is not reported to curl, since curl
 * would give up every exchange. The exchange on this socket ends by its deadline.
 */
static int on_socket(CURL *easy, curl_socket_t fd, int what, void *data, void *known)
{
	struct multi *multi = data;
	struct socket *socket = known;
	uint32_t events = 0;

	if (what & CURL_POLL_IN)
		events |= EPOLLIN;
	if (what & CURL_POLL_OUT)
		events |= EPOLLOUT;
	if (what == CURL_POLL_REMOVE) {
		forget_socket(socket);
	} else if (socket) {
		begin_to_count(socket, easy);
		loop_watch_change(&socket->watch, events);
	} else {
		watch_socket(multi, easy, fd, events);
	}
	return 0;
}

/* Removes the record of an earlier socket with the number fd, if there is one that is not watched.
 * The kernel has given out the number again, so the earlier socket was closed. curl (7.88) does not
 * report each socket that it closes: not one that was still connecting when its request was taken
 * off. */
static void drop_closed(struct multi *multi, curl_socket_t fd)
{
	struct socket *socket = find_socket(multi, fd);

	if (socket && !socket->is_watched)
		drop_socket(socket);
}

int multi_open_socket(struct multi *multi, const struct curl_sockaddr *address)
{
	int fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);

	if (fd < 0)
		return -errno;
	drop_closed(multi, fd);
	if (add_socket(multi, fd, true))
		return fd;
	close(fd);
	return -ENOMEM;
}

int multi_close_socket(void *data, curl_socket_t fd)
{
	struct socket *socket = find_socket(data, fd);

	if (socket)
		drop_socket(socket);
	return close(fd);
}

bool multi_has_unread(curl_socket_t fd)
{
	struct pollfd polled = {.fd = fd, .events = POLLIN};

	/* if poll() fails, assume that there are bytes */
	return poll(&polled, 1, 0) != 0 && !(polled.revents & POLLNVAL);
}

/* Shuts down those of the idle connections on which something has come. Returns whether there was
 * one. */
static bool shut_unasked(struct socket **sockets, struct pollfd *polled, nfds_t n)
{
	/* if poll() fails, assume that something has come on each of them */
	bool unknown = n && poll(polled, n, 0) < 0, had_some = false;

	for (nfds_t i = 0; i < n; i++) {
		if (!unknown && (!polled[i].revents || polled[i].revents & POLLNVAL))
			continue;
		/* before a request uses a connection, curl drops it if it has ended */
		shutdown(sockets[i]->fd, SHUT_RDWR);
		sockets[i]->is_shut = true;
		had_some = true;
	}
	return had_some;
}

/* Hundreds of connections may be idle, and each request looks at every idle connection. So one
 * system call looks at HTTP_POLL_MAX connections. */
bool multi_drop_unasked(struct multi *multi)
{
	struct socket *socket, *asked[HTTP_POLL_MAX];
	struct pollfd polled[HTTP_POLL_MAX];
	bool had_some = false;
	nfds_t n = 0;

	LIST_FOREACH (socket, &multi->sockets, link) {
		if (!socket->is_connection || socket->is_watched)
			continue;
		socket->easy = NULL;
		if (socket->is_shut)
			continue;
		asked[n] = socket;
		polled[n++] = (struct pollfd){.fd = socket->fd, .events = POLLIN};
		if (n == HTTP_POLL_MAX) {
			had_some |= shut_unasked(asked, polled, n);
			n = 0;
		}
	}
	return shut_unasked(asked, polled, n) || had_some;
}

bool multi_is_full(const struct multi *multi)
{
	/* as long as there is a new request, curl's timer is due now */
	return multi->n_new >= HTTP_BEGIN_MAX && multi->timer.loop &&
	       multi->timer.due_ms <= loop_now_ms(multi->loop);
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

/* Makes a handle that reports its sockets and its timer. NULL: out of memory. */
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
	       const struct multi_calls *calls, void *data)
{
	*multi = (struct multi){
		.loop = loop, .connections_max = connections_max, .calls = *calls, .data = data};
	LIST_INIT(&multi->sockets);
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
	struct socket *socket;

	curl_multi_cleanup(multi->handle);
	multi->handle = NULL;
	while ((socket = LIST_FIRST(&multi->sockets)))
		drop_socket(socket);
	loop_timer_cancel(&multi->timer);
}
