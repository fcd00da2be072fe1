/* SPDX-License-Identifier: MIT */
/*
 * A disk that takes as long as a test wants.
 *
 * Preloaded into cocfs, this library holds up calls that may take long, on files and directories of
 * the spool whose names begin with "slow". It does so while the file at COCFS_SLOW_CONTROL exists.
 * Each call that is held up appends its name to that file, as a line. A read of a long slow file
 * behaves as if its data were not in the page cache. Each syncfs() is held up, too, and each read
 * by which the ledger is checked.
 *
 * COCFS_SLOW_NAMES_MS: this many milliseconds pass before mknodat() makes a file, and before
 * unlinkat() removes a name. Some file systems look as long for a free inode.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define LONG_BYTES 65536 /* what is longer may be held up; as DISK_SHORT_BYTES of cocfs */

static const char *control(void)
{
	const char *path = getenv("COCFS_SLOW_CONTROL");

	return path && syscall(SYS_faccessat, AT_FDCWD, path, F_OK) == 0 ? path : NULL;
}

/* Returns 1 if link leads to a file of the spool whose name begins with "slow", else 0. link: a
 * link of /proc/self/fd, or another symbolic link. */
static int is_slow(const char *link)
{
	char path[PATH_MAX];
	ssize_t n = readlink(link, path, sizeof(path) - 1);
	const char *name;

	if (n < 0)
		return 0;
	path[n] = '\0';
	name = strstr(path, "/spool/");
	name = name ? strrchr(name, '/') : NULL;
	return name && !strncmp(name, "/slow", 5);
}

static void hold_up(const char *call)
{
	const struct timespec moment = {.tv_nsec = 5000000};
	const char *path = control();
	char line[64];
	long fd = path ? syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_APPEND | O_CLOEXEC) : -1;

	if (fd < 0)
		return;
	snprintf(line, sizeof(line), "%s\n", call);
	if (syscall(SYS_write, fd, line, strlen(line)) < 0)
		abort();
	syscall(SYS_close, fd);
	while (control())
		nanosleep(&moment, NULL);
}

static int is_slow_fd(int fd)
{
	char link[64];

	if (!control())
		return 0;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	return is_slow(link);
}

static int is_long(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && st.st_blocks > LONG_BYTES / 512;
}

static void hold_up_name(void)
{
	const char *ms = getenv("COCFS_SLOW_NAMES_MS");

	if (ms)
		nanosleep(&(struct timespec){.tv_nsec = atol(ms) * 1000000}, NULL);
}

int mknodat(int dirfd, const char *name, mode_t mode, dev_t dev)
{
	hold_up_name();
	return (int)syscall(SYS_mknodat, dirfd, name, mode, (unsigned)dev);
}

int fsync(int fd)
{
	if (is_slow_fd(fd))
		hold_up("fsync");
	return (int)syscall(SYS_fsync, fd);
}

int fdatasync(int fd)
{
	if (is_slow_fd(fd))
		hold_up("fdatasync");
	return (int)syscall(SYS_fdatasync, fd);
}

int syncfs(int fd)
{
	hold_up("syncfs");
	return (int)syscall(SYS_syncfs, fd);
}

int ftruncate(int fd, off_t size)
{
	if (is_slow_fd(fd) && is_long(fd))
		hold_up("truncate");
	return (int)syscall(SYS_ftruncate, fd, size);
}

int truncate(const char *path, off_t size)
{
	struct stat st;

	if (control() && is_slow(path) && stat(path, &st) == 0 && st.st_blocks > LONG_BYTES / 512)
		hold_up("truncate");
	return (int)syscall(SYS_truncate, path, size);
}

int fallocate(int fd, int mode, off_t offset, off_t length)
{
	if (is_slow_fd(fd))
		hold_up("fallocate");
	return (int)syscall(SYS_fallocate, fd, mode, offset, length);
}

off_t lseek(int fd, off_t offset, int whence)
{
	if ((whence == SEEK_DATA || whence == SEEK_HOLE) && is_slow_fd(fd))
		hold_up("lseek");
	return syscall(SYS_lseek, fd, offset, whence);
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t offset)
{
	if (offset + (off_t)size > LONG_BYTES && is_slow_fd(fd))
		hold_up("pwrite");
	return syscall(SYS_pwrite64, fd, data, size, offset);
}

/* Returns 1 if calls are held up and fd is the ledger, opened only to read it; else 0. */
static int is_checked_ledger(int fd)
{
	char link[64], path[PATH_MAX];
	ssize_t n;

	if (!control() || (fcntl(fd, F_GETFL) & O_ACCMODE) != O_RDONLY)
		return 0;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	path[n < 0 ? 0 : n] = '\0';
	return n > 10 && !strcmp(path + n - 10, "/ledger.db");
}

ssize_t pread(int fd, void *data, size_t size, off_t offset)
{
	if (is_slow_fd(fd) && is_long(fd))
		hold_up("pread");
	if (is_checked_ledger(fd))
		hold_up("check");
	return syscall(SYS_pread64, fd, data, size, offset);
}

ssize_t preadv2(int fd, const struct iovec *parts, int n, off_t offset, int flags)
{
	ssize_t (*real)(int, const struct iovec *, int, off_t, int) = dlsym(RTLD_NEXT, "preadv2");

	if (is_slow_fd(fd) && is_long(fd)) {
		errno = EAGAIN;
		return -1;
	}
	return real(fd, parts, n, offset, flags);
}

ssize_t getdents64(int fd, void *buffer, size_t size);
ssize_t getdents64(int fd, void *buffer, size_t size)
{
	if (is_slow_fd(fd) && is_long(fd))
		hold_up("getdents");
	return syscall(SYS_getdents64, fd, buffer, size);
}

int unlinkat(int dirfd, const char *name, int flags)
{
	struct stat st;

	if ((flags & AT_REMOVEDIR) && control() && !strncmp(name, "slow", 4) &&
	    fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && st.st_blocks > LONG_BYTES / 512)
		hold_up("rmdir");
	hold_up_name();
	return (int)syscall(SYS_unlinkat, dirfd, name, flags);
}

int close(int fd)
{
	struct stat st;

	if (is_slow_fd(fd) && is_long(fd) && fstat(fd, &st) == 0 && !st.st_nlink)
		hold_up("close");
	return (int)syscall(SYS_close, fd);
}

/* Holds up an open that would empty a long, slow file with O_TRUNC. path: below dirfd, or a
 * descriptor's link in /proc. */
static void hold_up_emptying(int dirfd, const char *path, int flags)
{
	char link[64];
	struct stat st;
	int fd;

	if (!(flags & O_TRUNC) || !control() || fstatat(dirfd, path, &st, 0) < 0 ||
	    st.st_blocks <= LONG_BYTES / 512)
		return;
	fd = (int)syscall(SYS_openat, dirfd, path, O_PATH | O_CLOEXEC);
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	if (is_slow(link))
		hold_up("truncate");
	syscall(SYS_close, fd);
}

int open(const char *path, int flags, ...)
{
	va_list args;
	mode_t mode;

	va_start(args, flags);
	mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(args, mode_t) : 0;
	va_end(args);
	hold_up_emptying(AT_FDCWD, path, flags);
	return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

int openat(int dirfd, const char *path, int flags, ...)
{
	va_list args;
	mode_t mode;

	va_start(args, flags);
	mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(args, mode_t) : 0;
	va_end(args);
	hold_up_emptying(dirfd, path, flags);
	return (int)syscall(SYS_openat, dirfd, path, flags, mode);
}
