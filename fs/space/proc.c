/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "space/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/cleanup.h"

#define PROC_MAGIC 0x9fa0 /* f_type of statfs(2), for procfs */
/* room for a status with 1,500 groups. With more of them, the fields after the groups (NSpid,
 * Threads, CapEff) are not found */
#define STATUS_MAX 16384
/* room for /proc/PID/stat: 52 numbers and a name */
#define STAT_MAX 2048
#define STAT_EXIT_CODE 52 /* the field of /proc/PID/stat, counted from 1 (proc(5)) */
/* proc_status.threads if the read cut the status off before that field: the caller must look at all
 * threads */
#define THREADS_UNKNOWN 2

static int proc_fd = -1;

/* Is fd the /proc of our own PID namespace? NSpid in a status has one number for each PID
 * namespace, from the namespace of /proc down to that of the process. So in our own /proc our NSpid
 * has one number only: our PID. */
static bool is_our_own(int fd)
{
	_cleanup_close_ int status = openat(fd, "self/status", O_RDONLY | O_CLOEXEC);
	char text[STATUS_MAX], *at, *end;
	ssize_t n = status < 0 ? -1 : read(status, text, sizeof(text) - 1);

	if (n <= 0)
		return false;
	text[n] = '\0';
	at = strstr(text, "\nNSpid:");
	if (!at)
		return false;
	at += strlen("\nNSpid:");
	if (strtol(at, &end, 10) != getpid())
		return false;
	return end[strspn(end, " \t")] == '\n';
}

int proc_open(void)
{
	_cleanup_close_ int fd = -1;
	struct statfs fs;

	if (proc_fd >= 0)
		return 0;
	fd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fstatfs(fd, &fs) < 0)
		return -errno;
	if (fs.f_type != PROC_MAGIC || !is_our_own(fd))
		return -ESRCH;
	proc_fd = steal_fd(&fd);
	return 0;
}

int proc_descriptor(void)
{
	return proc_fd;
}

int proc_open_file(const char *path)
{
	int fd = proc_fd < 0 ? -1 : openat(proc_fd, path, O_RDONLY | O_CLOEXEC);

	if (proc_fd < 0)
		return -ESRCH;
	return fd < 0 ? -errno : fd;
}

DIR *proc_open_dir(const char *path)
{
	int fd = proc_open_file(path);
	DIR *dir;

	if (fd < 0) {
		errno = -fd;
		return NULL;
	}
	dir = fdopendir(fd);
	if (!dir) {
		int errnum = errno;

		close(fd);
		errno = errnum;
	}
	return dir;
}

ssize_t proc_read(int dirfd, const char *path, char *text, size_t room)
{
	_cleanup_close_ int fd =
		dirfd < 0 ? proc_open_file(path) : openat(dirfd, path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return dirfd < 0 ? fd : -errno;
	n = read(fd, text, room - 1);
	if (n < 0)
		return -errno;
	text[n] = '\0';
	return n;
}

bool proc_field(const char *text, const char *key, int base, uint64_t *ret_number)
{
	size_t length = strlen(key);

	while (text) {
		if (!strncmp(text, key, length) && text[length] == ':') {
			*ret_number = strtoull(text + length + 1, NULL, base);
			return true;
		}
		text = strchr(text, '\n');
		text = text ? text + 1 : NULL;
	}
	return false;
}

static ssize_t read_status(pid_t pid, char text[STATUS_MAX])
{
	char path[64];

	snprintf(path, sizeof(path), "%d/status", pid);
	return proc_read(-1, path, text, STATUS_MAX);
}

int proc_status(pid_t pid, struct proc_status *ret_status)
{
	uint64_t process, parent, fd_size, threads = THREADS_UNKNOWN;
	char text[STATUS_MAX];
	ssize_t n = read_status(pid, text);

	if (n <= 0)
		return n < 0 ? (int)n : -ESRCH;
	if (!proc_field(text, "Tgid", 10, &process) || !process ||
	    !proc_field(text, "PPid", 10, &parent) || !proc_field(text, "FDSize", 10, &fd_size))
		return -EIO;
	proc_field(text, "Threads", 10, &threads);
	*ret_status = (struct proc_status){(pid_t)process, (pid_t)parent, (unsigned)fd_size,
					   (unsigned)threads};
	return 0;
}

/* Does this thread belong to this process? The call sends no signal. It takes half a microsecond;
 * reading a status takes eleven. */
static bool is_thread_of(pid_t process, pid_t thread)
{
	return syscall(SYS_tgkill, process, thread, 0) == 0 || errno != ESRCH;
}

pid_t proc_process(pid_t thread)
{
	struct proc_status status;

	if (thread <= 0 || proc_fd < 0)
		return 0;
	if (is_thread_of(thread, thread))
		return thread;
	return proc_status(thread, &status) == 0 ? status.process : 0;
}

bool proc_is_gone(pid_t pid)
{
	return kill(pid, 0) < 0 && errno == ESRCH;
}

bool proc_is_own(pid_t pid)
{
	return is_thread_of(getpid(), pid);
}

/* May we read the exit code of a process? The kernel makes one check (ptrace_may_access()) for a
 * link in ns and for the exit code. If the check fails, the kernel shows the exit code 0; so this
 * function reads a link in ns. */
static bool may_look(pid_t pid)
{
	char path[64], target[64];

	snprintf(path, sizeof(path), "%d/ns/pid", pid);
	return readlinkat(proc_fd, path, target, sizeof(target)) > 0;
}

int proc_exit_status(pid_t pid, int *ret_wait_status)
{
	char path[64], text[STAT_MAX], *at, *end;
	ssize_t n;

	if (proc_fd < 0 || !may_look(pid))
		return -EACCES;
	snprintf(path, sizeof(path), "%d/stat", pid);
	n = proc_read(-1, path, text, sizeof(text));
	if (n < 0)
		return (int)n;
	at = strrchr(text, ')'); /* field 2 is the name, which may hold spaces and parentheses */
	for (int field = 3; at && field <= STAT_EXIT_CODE; field++)
		at = strchr(at + 1, ' ');
	if (!at)
		return -EIO;
	*ret_wait_status = (int)strtol(at + 1, &end, 10);
	return end > at + 1 ? 0 : -EIO;
}

bool proc_has_capability(pid_t pid, int capability)
{
	char text[STATUS_MAX];
	uint64_t capabilities;

	return read_status(pid, text) > 0 && proc_field(text, "CapEff", 16, &capabilities) &&
	       (capabilities >> capability & 1);
}

ssize_t proc_groups(pid_t pid, gid_t *groups, size_t most)
{
	char text[STATUS_MAX], *at, *end;
	size_t count = 0;

	if (!pid || read_status(pid, text) <= 0)
		return -ESRCH;
	at = strstr(text, "\nGroups:");
	if (!at)
		return -ENODATA;
	for (at += strlen("\nGroups:"); count < most && *at && *at != '\n'; at = end) {
		groups[count] = (gid_t)strtoul(at, &end, 10);
		if (end == at)
			break;
		count++;
		end += strspn(end, " \t");
	}
	return (ssize_t)count;
}
