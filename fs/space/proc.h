/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_PROC_H
#define COCFS_SPACE_PROC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Reading /proc. Which of its files are safe to read in a handler: see writers.c. */

#define PROC_TEXT_MAX 16384 /* a status with many groups */

/* Reads a small file, relative to dirfd (or AT_FDCWD), NUL-terminated. Returns its length, or
 * -errno. */
ssize_t proc_read(int dirfd, const char *path, char *text, size_t room);

/* The number after "KEY:" at the start of a line, in a base. */
bool proc_field(const char *text, const char *key, int base, uint64_t *ret_number);

/* The process (Tgid) that a thread belongs to. 0: its status cannot be read, or thread is 0. */
pid_t proc_process(pid_t thread);

/* The supplementary groups of a process or thread, at most that many. 0 when they cannot be read.
 */
size_t proc_groups(pid_t pid, gid_t *groups, size_t most);

#endif
