/* SPDX-License-Identifier: MIT */
/*
 * A disk that cannot make anything durable.
 *
 * Preloaded into a program, this library lets every sync fail with EIO while the file at
 * COCFS_SYNC_CONTROL exists. It writes a byte to that file for each sync: 'L' if the first thread
 * of the process asked, 'T' for another thread.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Returns 1 and counts this sync if it must fail. Else returns 0. */
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
