/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "space/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"

ssize_t proc_read(int dirfd, const char *path, char *text, size_t room)
{
	_cleanup_close_ int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
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

pid_t proc_process(pid_t thread)
{
	char path[64], text[PROC_TEXT_MAX];
	uint64_t process;

	if (!thread)
		return 0;
	snprintf(path, sizeof(path), "/proc/%d/status", thread);
	if (proc_read(AT_FDCWD, path, text, sizeof(text)) <= 0 ||
	    !proc_field(text, "Tgid", 10, &process))
		return 0;
	return (pid_t)process;
}

size_t proc_groups(pid_t pid, gid_t *groups, size_t most)
{
	char path[64], text[PROC_TEXT_MAX], *at, *end;
	size_t count = 0;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	if (proc_read(AT_FDCWD, path, text, sizeof(text)) <= 0)
		return 0;
	at = strstr(text, "\nGroups:");
	if (!at)
		return 0;
	for (at += strlen("\nGroups:"); count < most && *at && *at != '\n'; at = end) {
		groups[count] = (gid_t)strtoul(at, &end, 10);
		if (end == at)
			break;
		count++;
		end += strspn(end, " \t");
	}
	return count;
}
