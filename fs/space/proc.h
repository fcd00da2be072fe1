/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_PROC_H
#define COCFS_SPACE_PROC_H

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * Reading /proc. writers.c says which files of /proc are safe to read while a process waits for us.
 *
 * proc_open() opens /proc once, so a later mount over /proc has no effect here. After proc_open()
 * all functions may be called from any thread.
 */

/* Opens /proc. The descriptor stays open for the life of the program. Returns 0 or -errno; -ESRCH:
 * /proc belongs to another PID namespace, so its numbers mean nothing to us. After an error every
 * function below that reads /proc answers as if no process could be seen. */
int proc_open(void);

/* Returns the descriptor of /proc, for a thread with a descriptor table of its own. Returns -1
 * before proc_open(), or if proc_open() failed. */
int proc_descriptor(void);

/* Opens a file or directory of /proc for reading. path is relative to /proc: "123/status". Returns
 * a descriptor or -errno. */
int proc_open_file(const char *path);

/* Opens a directory of /proc; path as in proc_open_file(). Returns NULL and sets errno on failure.
 * The caller closes the directory. */
DIR *proc_open_dir(const char *path);

static inline void cleanup_closedirp(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}
#define _cleanup_closedir_ __attribute__((cleanup(cleanup_closedirp)))

/* Reads the first room - 1 bytes of a file into text, and adds a NUL. path is relative to dirfd, or
 * to /proc if dirfd is negative. Returns how many bytes were read, or -errno. */
ssize_t proc_read(int dirfd, const char *path, char *text, size_t room);

/* Finds the line of text that starts with "KEY:", and reads the number after the colon; base: as
 * for strtoull(3). Returns false if there is no such line. */
bool proc_field(const char *text, const char *key, int base, uint64_t *ret_number);

/* The fields of /proc/PID/status that cocfs needs, for a process or a thread. */
struct proc_status {
	pid_t process; /* Tgid: the process that the thread belongs to */
	pid_t parent;  /* PPid: the parent process; 0: the parent is in another PID namespace */
	/* room in the descriptor table; 0: the thread has none any more: it is exiting, or is a
	 * zombie */
	unsigned fd_size;
	unsigned threads; /* how many threads the process has, this thread included; 2 if unknown */
};

/* Reads the status of a process or thread. Returns 0. -ENOENT, -ESRCH, -EACCES, -EPERM: the process
 * is hidden or gone; ask proc_is_gone() which. Another -errno: the read failed this time. */
int proc_status(pid_t pid, struct proc_status *ret_status);

/* Returns the process (Tgid) that a thread belongs to; 0: unknown, or thread is 0. */
pid_t proc_process(pid_t thread);

/* Has this process or thread ended? A process that is hidden from us has not. */
bool proc_is_gone(pid_t pid);

/* Is this process or thread cocfs itself? Its descriptors are of files of the spool, so it is no
 * writer of a file of the mount. */
bool proc_is_own(pid_t pid);

/*
 * Finds how a process or thread exits. *ret_wait_status: as waitpid(2) gives it. Call this function
 * only if proc_status() gave fd_size 0: for any other process the call may hang. Returns 0;
 * -EACCES: we may not know; another -errno.
 */
int proc_exit_status(pid_t pid, int *ret_wait_status);

/* Does a process or thread have this capability (CAP_…) in effect? false also if its status cannot
 * be read. */
bool proc_has_capability(pid_t pid, int capability);

/* Reads the supplementary groups of a process or thread into groups, which has room for `most`
 * groups; further groups are left out. Returns how many groups were stored, or -errno if the status
 * of the process cannot be read. */
ssize_t proc_groups(pid_t pid, gid_t *groups, size_t most);

#endif
