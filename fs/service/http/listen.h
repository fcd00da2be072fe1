/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_HTTP_LISTEN_H
#define COCFS_SERVICE_HTTP_LISTEN_H

#include <stdbool.h>
#include <sys/stat.h>

#include "base/err.h"

/*
 * Listens on an address, "127.0.0.1:8080" or "[::1]:0". anywhere: the address need not be a
 * loopback address. Returns 0, the socket *ret_fd, which the caller closes, and its port. Returns
 * -EINVAL if the text is no address with a port, -EACCES for an address that is not loopback, or
 * -errno of a socket call. err is filled.
 */
int listen_tcp(const char *text, bool anywhere, int *ret_fd, unsigned *ret_port, struct err *err);

/*
 * Listens on a path, with mode 0600. A socket that nobody listens on any more is replaced. Returns
 * 0 and the socket *ret_fd, which the caller closes. *ret_stat is the stat of path, for
 * listen_unlink(). Returns -EADDRINUSE if a program listens there, -EEXIST if another file is
 * there, -ENAMETOOLONG, or -errno of a socket call. err is filled.
 */
int listen_unix(const char *path, int *ret_fd, struct stat *ret_stat, struct err *err);

/* Removes the Unix socket at path that listen_unix() made. bound: the *ret_stat of that call. If
 * another file is at path now, leaves that file alone: it is another service's. A failure is
 * ignored. */
void listen_unlink(const char *path, const struct stat *bound);

#endif
