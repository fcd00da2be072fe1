/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "service/http/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/cleanup.h"

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	struct sockaddr_un local;
};

/* Reads a port, 0 to 65535. Returns false for another text. */
static bool parse_port(const char *text, in_port_t *ret_port)
{
	size_t digits = strspn(text, "0123456789");
	unsigned long port = strtoul(text, NULL, 10);

	if (!digits || digits > 5 || text[digits] || port > 65535)
		return false;
	*ret_port = htons((in_port_t)port);
	return true;
}

/* Reads "1.2.3.4:5" or "[::1]:5". Returns 0 or -EINVAL. */
static int parse_address(const char *text, union address *ret_address, socklen_t *ret_size)
{
	const char *colon = strrchr(text, ':');
	bool v6 = text[0] == '[';
	char host[INET6_ADDRSTRLEN + 2];
	size_t size = colon ? (size_t)(colon - text) : 0;
	union address address = {0};
	in_port_t port;

	if (v6 && (size < 2 || text[size - 1] != ']'))
		return -EINVAL;
	if (!size || size >= sizeof(host) || !parse_port(colon + 1, &port))
		return -EINVAL;
	snprintf(host, sizeof(host), "%.*s", (int)(v6 ? size - 2 : size), text + v6);
	if (v6 && inet_pton(AF_INET6, host, &address.v6.sin6_addr) == 1) {
		address.v6.sin6_family = AF_INET6;
		address.v6.sin6_port = port;
		*ret_size = sizeof(address.v6);
	} else if (!v6 && inet_pton(AF_INET, host, &address.v4.sin_addr) == 1) {
		address.v4.sin_family = AF_INET;
		address.v4.sin_port = port;
		*ret_size = sizeof(address.v4);
	} else {
		return -EINVAL;
	}
	*ret_address = address;
	return 0;
}

static bool is_address_loopback(const union address *address)
{
	if (address->any.sa_family == AF_INET6)
		return IN6_IS_ADDR_LOOPBACK(&address->v6.sin6_addr);
	return ntohl(address->v4.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
}

int listen_tcp(const char *text, bool anywhere, int *ret_fd, unsigned *ret_port, struct err *err)
{
	_cleanup_close_ int fd = -1;
	union address address;
	socklen_t size;
	int one = 1, r;

	r = parse_address(text, &address, &size);
	if (r < 0)
		return err_set(err, -r,
			       "%s is not an address to listen on: give 127.0.0.1:PORT or "
			       "[::1]:PORT",
			       text);
	if (!anywhere && !is_address_loopback(&address))
		return err_set(err, EACCES,
			       "%s is not a loopback address, and without TLS the local service "
			       "answers nobody outside this machine",
			       text);
	fd = socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return err_set(err, errno, "cannot make a socket: %s", strerror(errno));
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) < 0 ||
	    bind(fd, &address.any, size) < 0 || listen(fd, SOMAXCONN) < 0 ||
	    getsockname(fd, &address.any, &size) < 0)
		return err_set(err, errno, "cannot listen on %s: %s", text, strerror(errno));
	*ret_port = ntohs(address.any.sa_family == AF_INET6 ? address.v6.sin6_port
							    : address.v4.sin_port);
	*ret_fd = steal_fd(&fd);
	return 0;
}

/* Removes a socket at path that nobody listens on. Returns 0: nothing is at path now; or -errno
 * with err filled, such as -EADDRINUSE if a program listens there. */
static int clear_path(const char *path, const union address *address, struct err *err)
{
	_cleanup_close_ int fd = -1;
	struct stat st;

	if (lstat(path, &st) < 0)
		return errno == ENOENT ? 0 : err_set(err, errno, "%s: %s", path, strerror(errno));
	if (!S_ISSOCK(st.st_mode))
		return err_set(err, EEXIST, "%s is there and is not a socket", path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return err_set(err, errno, "cannot make a socket: %s", strerror(errno));
	if (connect(fd, &address->any, sizeof(address->local)) == 0 || errno == EAGAIN)
		return err_set(err, EADDRINUSE, "a program listens on %s already", path);
	if (errno != ECONNREFUSED)
		return err_set(err, errno, "cannot replace the socket %s: %s", path,
			       strerror(errno));
	if (unlink(path) < 0 && errno != ENOENT)
		return err_set(err, errno, "cannot replace the socket %s: %s", path,
			       strerror(errno));
	return 0;
}

int listen_unix(const char *path, int *ret_fd, struct stat *ret_stat, struct err *err)
{
	union address address = {.local.sun_family = AF_UNIX};
	_cleanup_close_ int fd = -1;
	int r;

	if (strlen(path) >= sizeof(address.local.sun_path))
		return err_set(err, ENAMETOOLONG,
			       "the path of a socket has at most %zu bytes, %s has more",
			       sizeof(address.local.sun_path) - 1, path);
	strcpy(address.local.sun_path, path);
	r = clear_path(path, &address, err);
	if (r < 0)
		return r;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return err_set(err, errno, "cannot make a socket: %s", strerror(errno));
	/* set the mode before bind(): the path is made with it, so it is never open to others, not
	 * even for a moment. umask(2) would change all threads */
	if (fchmod(fd, 0600) < 0 || bind(fd, &address.any, sizeof(address.local)) < 0 ||
	    listen(fd, SOMAXCONN) < 0 || lstat(path, ret_stat) < 0)
		return err_set(err, errno, "cannot listen on %s: %s", path, strerror(errno));
	*ret_fd = steal_fd(&fd);
	return 0;
}

void listen_unlink(const char *path, const struct stat *bound)
{
	struct stat st;

	if (lstat(path, &st) == 0 && st.st_dev == bound->st_dev && st.st_ino == bound->st_ino)
		unlink(path);
}
