/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COCFS_DAEMON_H
#define COCFS_COCFS_DAEMON_H

/*
 * Becomes a daemon in two steps, so that the exit status of the command is right. The parent
 * process waits. It ends when the child reports that the mount works, or when the child dies with a
 * message on standard error.
 */

/* Forks. In the child, returns a descriptor for daemon_ready(). Returns -errno if there is no
 * child. The parent never returns. It exits with 0 when the child calls daemon_ready(). If the
 * child ends before that, the parent exits with the child's exit status. If that is 0, or a signal
 * has ended the child, the parent exits with status_if_killed. While it waits, the parent passes
 * SIGTERM and SIGINT on to the child. */
int daemon_start(int status_if_killed);

/* The child calls this when the mount works. Lets the parent exit with 0. Leaves the session and
 * process group of the parent, and replaces standard input, output and error by /dev/null. Until
 * then the child is in the parent's process group. */
void daemon_ready(int ready_fd);

#endif
