/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "base/log_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"

/* Room for the time, the program, the level, and the longest line of log.c (4096 bytes). */
#define ENTRY_MAX_BYTES 4352

static struct {
	int directory_fd, fd;
	char *name;	    /* the name of the file in the directory; NULL: there is no log file */
	unsigned long lost; /* lines that could not be written and are not reported yet */
	bool torn;	    /* only a part of the last line is in the file, without its line feed */
} log_file = {.directory_fd = -1, .fd = -1};

/* Opens the log file by its name, or makes it. O_NONBLOCK: the open never waits for a FIFO or a
 * device. Returns a descriptor, -EINVAL if it is no regular file, or another -errno. */
static int open_name(int directory_fd, const char *name)
{
	_cleanup_close_ int fd = openat(directory_fd, name,
					O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW |
						O_NOCTTY | O_NONBLOCK,
					0600);
	struct stat st;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0)
		return -errno;
	return S_ISREG(st.st_mode) ? steal_fd(&fd) : -EINVAL;
}

static int refuse_log_file(const char *path, int errnum, struct err *err)
{
	const char *why = errnum == ELOOP ? "it is a symbolic link"
			  : errnum == EINVAL || errnum == EISDIR || errnum == ENXIO
				  ? "it is not a regular file"
				  : strerror(errnum);

	err_set(err, errnum, "-o logfile=%s: %s", path, why);
	err_detail(err, "what_to_do",
		   "give a file that this user may write, in a directory that is there");
	return -errnum;
}

int log_file_open(const char *path, struct err *err)
{
	const char *slash = strrchr(path, '/');
	_cleanup_free_ char *directory = NULL, *name = NULL;
	_cleanup_close_ int directory_fd = -1, fd = -1;

	if (!slash)
		return refuse_log_file(path, EINVAL, err);
	directory = slash == path ? strdup("/") : strndup(path, (size_t)(slash - path));
	name = strdup(slash + 1);
	if (!directory || !name)
		return err_set(err, ENOMEM, "out of memory");
	directory_fd = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (directory_fd < 0)
		return refuse_log_file(path, errno, err);
	fd = open_name(directory_fd, name);
	if (fd < 0)
		return refuse_log_file(path, -fd, err);
	log_file_close();
	log_file.directory_fd = steal_fd(&directory_fd);
	log_file.fd = steal_fd(&fd);
	log_file.name = steal_ptr(name);
	return 0;
}

int log_file_reopen(void)
{
	int fd = open_name(log_file.directory_fd, log_file.name);

	if (fd < 0)
		return fd;
	close(log_file.fd);
	log_file.fd = fd;
	log_file.torn = false;
	return 0;
}

bool log_file_is_open(void)
{
	return log_file.name;
}

/* Writes a text. Returns false if the file does not take the whole text; then torn is set if the
 * file has taken a part. */
static bool write_all(const char *text, size_t size)
{
	size_t done = 0;

	while (done < size) {
		ssize_t n = write(log_file.fd, text + done, size - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			log_file.torn |= done > 0;
			return false;
		}
		done += (size_t)n;
	}
	return true;
}

/* Writes what must stand before the next line: a line feed behind a torn line, and a line that says
 * how many lines are missing. now: the time as text. Returns false if either cannot be written. */
static bool write_gap(const char *now)
{
	char text[128];
	int n;

	if (log_file.torn && !write_all("\n", 1))
		return false;
	log_file.torn = false;
	if (!log_file.lost)
		return true;
	n = snprintf(text, sizeof(text), "%s (%lu messages could not be written here)\n", now,
		     log_file.lost);
	if (!write_all(text, (size_t)n))
		return false;
	log_file.lost = 0;
	return true;
}

bool log_file_write(const char *program, const char *level, const char *line)
{
	char entry[ENTRY_MAX_BYTES], now[32];
	struct timespec time;
	struct tm parts;
	int n;

	clock_gettime(CLOCK_REALTIME, &time);
	if (!gmtime_r(&time.tv_sec, &parts) ||
	    !strftime(now, sizeof(now), "%Y-%m-%dT%H:%M:%SZ", &parts))
		strcpy(now, "-");
	n = snprintf(entry, sizeof(entry), "%s %s[%d]: %s: %s\n", now, program, (int)getpid(),
		     level, line);
	if (n >= (int)sizeof(entry)) {
		n = (int)sizeof(entry) - 1;
		entry[n - 1] = '\n';
	}
	if (write_gap(now) && write_all(entry, (size_t)n))
		return true;
	log_file.lost++;
	return false;
}

void log_file_close(void)
{
	if (log_file.fd >= 0)
		close(steal_fd(&log_file.fd));
	if (log_file.directory_fd >= 0)
		close(steal_fd(&log_file.directory_fd));
	free(steal_ptr(log_file.name));
}
