/* SPDX-License-Identifier: MIT */
#ifndef COCFS_BASE_STDOUT_H
#define COCFS_BASE_STDOUT_H

/*
 * Flushes and closes standard output. Call this at the end of a program: stdio keeps what the
 * program writes, so a full disk, a closed pipe or a closed descriptor shows only here. Reports a
 * failure on standard error, after the name of the program. Returns 0 or -errno: then the program
 * must not exit with success.
 */
int stdout_finish(const char *program);

#endif
