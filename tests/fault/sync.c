/* SPDX-License-Identifier: MIT */
/*
 * A disk that cannot make anything durable. Preloaded into a program, it lets every sync fail with
 * EIO for as long as there is a file whose path is in COCFS_SYNC_CONTROL, and counts those in the
 * file's size: one byte for each, with the thread that asked, 'L' for the first of the process and
 * 'T' for another.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Does it fail? Then that is counted. */
static int fails(void)
{
	const char *path = getenv("COCFS_SYNC_CONTROL");
	int fd = path ? open(path, O_WRONLY | O_APPEND | O_CLOEXEC) : -1;
	const char *who = gettid() == getpid() ? "L" : "T";

	if (fd < 0)
		return 0;
	if (write(fd, who, 1) != 1)
		abort();
	close(fd);
	errno = EIO;
	return 1;
}

int fdatasync(int fd)
{
	return fails() ? -1 : (int)syscall(SYS_fdatasync, fd);
}

int fsync(int fd)
{
	return fails() ? -1 : (int)syscall(SYS_fsync, fd);
}
