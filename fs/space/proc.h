/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_PROC_H
#define COCFS_SPACE_PROC_H

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * Reading /proc. Which of its files are safe to read while a process waits for us: see writers.c.
 *
 * /proc is opened once: what somebody mounts over it later does not count. All functions may be
 * called from any thread after proc_open().
 */

/* Opens /proc for good. When it does not show the processes of our own PID namespace, its numbers
 * mean nothing to us: then every function below answers as if nothing could be seen. Returns 0, or
 * -errno: -ESRCH when /proc belongs to another PID namespace. */
int proc_open(void);

/* The descriptor of /proc, for a thread with a descriptor table of its own; -1 before proc_open(),
 * or when it failed. */
int proc_descriptor(void);

/* Opens a file or directory of /proc to be read: "123/status". Returns a descriptor or -errno. */
int proc_open_file(const char *path);

/* Opens a directory of /proc; NULL with errno. The caller closes it. */
DIR *proc_open_dir(const char *path);

static inline void cleanup_closedirp(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}
#define _cleanup_closedir_ __attribute__((cleanup(cleanup_closedirp)))

/* Reads the first room - 1 bytes of a file of /proc, or (dirfd >= 0) of one in a directory that is
 * open, NUL-terminated. Returns the length, or -errno. */
ssize_t proc_read(int dirfd, const char *path, char *text, size_t room);

/* The number after "KEY:" at the start of a line, in a base. */
bool proc_field(const char *text, const char *key, int base, uint64_t *ret_number);

/* What /proc/PID/status says about a process or thread. */
struct proc_status {
	pid_t process;	  /* Tgid */
	pid_t parent;	  /* PPid: of its process, 0 when that is in another PID namespace */
	unsigned fd_size; /* 0: it has no descriptor table any more: it exits, or is a zombie */
	unsigned threads; /* of its process, itself included */
};

/* Reads it. Returns 0; -ENOENT, -ESRCH, -EACCES, -EPERM: it cannot be seen, or is gone
 * (proc_is_gone() tells); another -errno: it could not be read this time. */
int proc_status(pid_t pid, struct proc_status *ret_status);

/* The process (Tgid) that a thread belongs to. 0: this cannot be told, or thread is 0. */
pid_t proc_process(pid_t thread);

/* Is there no such process or thread any more? A process that is hidden from us is not gone. */
bool proc_is_gone(pid_t pid);

/* Is it one of our own threads? */
bool proc_is_own(pid_t pid);

/*
 * How a process or thread exits, as waitpid(2) would tell it. Only for one whose status has fd_size
 * 0: to look at another one may hang. Returns 0; -EACCES: we may not know; another -errno.
 */
int proc_exit_status(pid_t pid, int *ret_wait_status);

/* Has a process or thread this capability (CAP_…) in effect? false: no, or its status cannot be
 * read. */
bool proc_has_capability(pid_t pid, int capability);

/* The supplementary groups of a process or thread, at most that many. Returns how many, or -errno
 * when they cannot be read. */
ssize_t proc_groups(pid_t pid, gid_t *groups, size_t most);

#endif
