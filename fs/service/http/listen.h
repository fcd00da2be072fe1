/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_HTTP_LISTEN_H
#define COCFS_SERVICE_HTTP_LISTEN_H

#include <stdbool.h>
#include <sys/stat.h>

#include "base/err.h"

/*
 * A socket that listens on "127.0.0.1:8080" or "[::1]:0". Returns 0 with *ret_fd (the caller's) and
 * the port that it got; -EINVAL: not an address and port; -EACCES: not a loopback address, and not
 * anywhere; -errno of the socket calls. err is filled.
 */
int listen_tcp(const char *text, bool anywhere, int *ret_fd, unsigned *ret_port, struct err *err);

/*
 * A socket that listens on a path, with mode 0600. A socket that nobody listens on any more is
 * replaced. Returns 0 with *ret_fd (the caller's) and in *ret_stat what the path was bound to, for
 * listen_unlink(); -EADDRINUSE: a program listens there; -EEXIST: something else is there;
 * -ENAMETOOLONG; -errno of the socket calls. err is filled.
 */
int listen_unix(const char *path, int *ret_fd, struct stat *ret_stat, struct err *err);

/* Removes the path if it still is the socket that was bound. */
void listen_unlink(const char *path, const struct stat *bound);

#endif
