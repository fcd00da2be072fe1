/* SPDX-License-Identifier: MIT */
#ifndef COCFS_BASE_STDOUT_H
#define COCFS_BASE_STDOUT_H

/*
 * Ends what a program writes to standard output: flushes and closes it. A full disk, a closed pipe
 * and a closed descriptor show only here, since stdio keeps what is written. Says on standard error
 * what went wrong, after the program's name. Returns 0 or a negative errno: then the exit status is
 * no success.
 */
int stdout_finish(const char *program);

#endif
