/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/unit_credential.h"

static int check_private_file(const char *path, int fd, const struct stat *st, struct err *err)
{
	if (st->st_uid != geteuid() && st->st_uid != 0)
		return err_set(err, EACCES,
			       "%s belongs to another user (uid %u): it must be yours, or root's",
			       path, (unsigned)st->st_uid);
	if ((st->st_mode & (S_IRWXG | S_IRWXO)) && !unit_credential_is_private(path, fd, st))
		return err_set(
			err, EACCES,
			"%s is open to other users (mode %04o): close it with `chmod 600 %s`", path,
			(unsigned)(st->st_mode & 07777), path);
	return 0;
}

static int read_whole_file(int fd, const char *path, struct buf *out, struct err *err)
{
	size_t most = CONFIG_FILE_MAX + 1, got = 0;
	int r;

	/* take the memory for the whole file in one piece: a buffer that grows leaves copies of
	 * secrets in freed memory */
	r = buf_reserve(out, most);
	if (r < 0)
		return err_set(err, -r, "out of memory");
	while (got < most) {
		ssize_t n = read(fd, out->data + out->size, most - got);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(err, EIO, "cannot read %s: %s", path, strerror(errno));
		if (n == 0)
			break;
		got += (size_t)n;
		out->size += (size_t)n;
	}
	out->data[out->size] = '\0';
	if (got == most)
		return err_set(err, EINVAL, "%s is too long: at most %d bytes are read", path,
			       CONFIG_FILE_MAX);
	return 0;
}

int file_read(const char *path, bool private, struct buf *out, struct err *err)
{
	_cleanup_close_ int fd = -1;
	struct stat st;
	int r;

	/* O_NONBLOCK: a FIFO of that name must not hold the program before fstat() sees that the
	 * file is a FIFO */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0) {
		if (errno == ENOENT || errno == ENOTDIR)
			return -ENOENT;
		r = errno == EACCES || errno == EPERM ? EACCES : errno == ENOMEM ? ENOMEM : EIO;
		return err_set(err, r, "cannot open %s: %s", path, strerror(errno));
	}
	if (fstat(fd, &st) < 0)
		return err_set(err, EIO, "cannot examine %s: %s", path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return err_set(err, EINVAL, "%s is not a regular file", path);
	r = private ? check_private_file(path, fd, &st, err) : 0;
	return r < 0 ? r : read_whole_file(fd, path, out, err);
}
