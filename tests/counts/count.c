/* SPDX-License-Identifier: MIT */
/*
 * Counts what a mount does. Preloaded into cocfs, this library counts the requests that are read
 * from /dev/fuse by operation, the syncs, and the writes to the ledger's log. The counts are in a
 * file that the test maps, too (counted.py). COCFS_COUNT_CONTROL has its path.
 *
 * With COCFS_COUNT_QUIET nothing is counted. Instead the program sees a system in which no process
 * is born: the newest process in /proc/loadavg is always the same. If other programs started
 * processes while a file is written, cocfs would look at more processes and take more instructions.
 * If a file is open so long that the numbers of processes may have come around, cocfs looks at each
 * process. So cocfs also sees the largest pid_max: then a file may be open for 8 seconds before
 * that.
 *
 * Memory is what the C library says is in use, without that of SQLite, whose cache has a bound of
 * its own. To ask that costs a look at every free piece. So it is asked once after each change of
 * "wanted": at the next request, before the program sees that request.
 */
#define _GNU_SOURCE
#undef _FILE_OFFSET_BITS /* pwrite() and pwrite64() are two names here */
#include <fcntl.h>
#include <limits.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define OPERATIONS 64 /* more than the kernel's largest number of a FUSE operation */
#define FUSE_MAJOR 10 /* the device number of /dev/fuse, in each Linux */
#define FUSE_MINOR 229
#define LOADAVG_MAX 100	    /* bytes of /proc/loadavg, at most */
#define PID_MAX "4194304\n" /* the most that the kernel accepts as pid_max */

/* The counts in the file that the test maps. counted.py has the same layout. */
struct counts {
	/* wanted: the test adds 1 to ask for a sample of the memory; sampled: the value of wanted
	 * when the last sample was taken */
	uint64_t wanted, sampled;
	uint64_t memory; /* bytes in use, at the last sample */
	uint64_t syncs;
	uint64_t log_writes;
	uint64_t requests[OPERATIONS];
};

/* The beginning of each request (linux/fuse.h). */
struct request_head {
	uint32_t size, operation;
};

/* Weak, because this library is not linked with SQLite: the program brings SQLite. */
int64_t sqlite3_memory_used(void) __attribute__((weak));

static struct counts *counts;
static bool is_quiet;

__attribute__((constructor)) static void begin(void)
{
	const char *path = getenv("COCFS_COUNT_CONTROL");
	int fd;
	void *at;

	is_quiet = getenv("COCFS_COUNT_QUIET");
	if (is_quiet)
		return;
	fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
	at = fd < 0 ? MAP_FAILED
		    : mmap(NULL, sizeof(*counts), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (at == MAP_FAILED) {
		perror(path);
		_exit(99);
	}
	close(fd);
	unsetenv("LD_PRELOAD"); /* programs that this program starts do not get this library */
	counts = at;
}

static void add(uint64_t *count)
{
	__atomic_fetch_add(count, 1, __ATOMIC_SEQ_CST);
}

static bool is_fuse(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISCHR(st.st_mode) &&
	       st.st_rdev == makedev(FUSE_MAJOR, FUSE_MINOR);
}

/* Does the path of an open file end with `end`? thread-self, because a thread may have descriptors
 * of its own. */
static bool is_open_as(int fd, const char *end)
{
	const ssize_t size = (ssize_t)strlen(end);
	char link[64], path[PATH_MAX];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/thread-self/fd/%d", fd);
	n = readlink(link, path, sizeof(path));
	return n >= size && !memcmp(path + n - size, end, (size_t)size);
}

static void sample_memory(void)
{
	uint64_t wanted = __atomic_load_n(&counts->wanted, __ATOMIC_SEQ_CST);
	struct mallinfo2 info;

	if (wanted == counts->sampled)
		return;
	info = mallinfo2();
	counts->memory = info.uordblks + info.hblkhd;
	if (sqlite3_memory_used)
		counts->memory -= (uint64_t)sqlite3_memory_used();
	__atomic_store_n(&counts->sampled, wanted, __ATOMIC_SEQ_CST);
}

ssize_t read(int fd, void *bytes, size_t size)
{
	ssize_t n = syscall(SYS_read, fd, bytes, size);
	struct request_head head;

	if (is_quiet && n > 0 && n < (ssize_t)strlen(PID_MAX) && size > strlen(PID_MAX) &&
	    is_open_as(fd, "/sys/kernel/pid_max")) {
		memcpy(bytes, PID_MAX, strlen(PID_MAX));
		return (ssize_t)strlen(PID_MAX);
	}
	if (is_quiet || n < (ssize_t)sizeof(head) || !is_fuse(fd))
		return n;
	memcpy(&head, bytes, sizeof(head));
	if (head.operation < OPERATIONS)
		add(&counts->requests[head.operation]);
	sample_memory();
	return n;
}

static void count_write(int fd)
{
	if (!is_quiet && is_open_as(fd, "/ledger.db-wal"))
		add(&counts->log_writes);
}

ssize_t write(int fd, const void *bytes, size_t size)
{
	count_write(fd);
	return syscall(SYS_write, fd, bytes, size);
}

ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t offset)
{
	count_write(fd);
	return syscall(SYS_pwrite64, fd, bytes, size, offset);
}

ssize_t pwrite(int fd, const void *bytes, size_t size, off_t offset)
{
	return pwrite64(fd, bytes, size, offset);
}

static void count_sync(void)
{
	if (!is_quiet)
		add(&counts->syncs);
}

int fdatasync(int fd)
{
	count_sync();
	return (int)syscall(SYS_fdatasync, fd);
}

int fsync(int fd)
{
	count_sync();
	return (int)syscall(SYS_fsync, fd);
}

ssize_t pread64(int fd, void *bytes, size_t size, off64_t offset)
{
	ssize_t n = syscall(SYS_pread64, fd, bytes, size, offset);
	char *last;

	/* change only a read of the whole /proc/loadavg, whose last word is the number of the
	 * newest process */
	if (!is_quiet || n <= 0 || n > LOADAVG_MAX || offset || !is_open_as(fd, "/proc/loadavg"))
		return n;
	last = memrchr(bytes, ' ', (size_t)n);
	if (!last || last + 2 >= (char *)bytes + n)
		abort(); /* the kernel's answer has another form than before */
	memcpy(last + 1, "1\n", 2);
	return last + 3 - (char *)bytes;
}

ssize_t pread(int fd, void *bytes, size_t size, off_t offset)
{
	return pread64(fd, bytes, size, offset);
}
