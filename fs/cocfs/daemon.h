/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COCFS_DAEMON_H
#define COCFS_COCFS_DAEMON_H

/*
 * Becoming a daemon in two steps, so that the exit status of the command tells the truth: the
 * parent waits until the child says that the mount works, or dies saying why not on standard error.
 */

/* Forks. Returns in the child only: a descriptor for daemon_ready(), or -errno in the parent when
 * there is no child. The parent exits: with 0 when the child is ready; with the child's exit status
 * when the child ends before; with status_if_killed when a signal ends it. */
int daemon_start(int status_if_killed);

/* The mount works: the parent exits with 0, and the daemon lets go of the terminal. */
void daemon_ready(int ready_fd);

#endif
