/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "cocfs-wait/control_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/cleanup.h"

#define READ_STEP 65536

int control_file_open(const struct target *target, const char *name)
{
	_cleanup_free_ char *file = NULL;
	int fd;

	if (asprintf(&file, "%.*s/.coc/%s", (int)target->root, target->path, name) < 0) {
		file = NULL;
		return -ENOMEM;
	}
	fd = open(file, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int control_file_read(const struct target *target, const char *name, struct buf *text)
{
	_cleanup_close_ int fd = control_file_open(target, name);

	if (fd < 0)
		return fd;
	for (;;) {
		ssize_t n;

		if (buf_reserve(text, READ_STEP + 1) < 0)
			return -ENOMEM;
		n = read(fd, text->data + text->size, READ_STEP);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			text->data[text->size] = '\0';
			return n < 0 ? -errno : 0;
		}
		text->size += (size_t)n;
	}
}
