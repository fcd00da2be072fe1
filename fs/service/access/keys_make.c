/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/secret.h"
#include "service/store/random.h"
#include "service/service.h"

#define UPPER_AND_DIGITS "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
#define LETTERS_AND_DIGITS UPPER_AND_DIGITS "abcdefghijklmnopqrstuvwxyz"
#define AK_CHARS 20 /* as in the cloud */
#define SK_CHARS 40

/* Writes a new key pair to the file of a descriptor, and waits until the file is on the disk.
 * Returns 0 or -errno. */
static int write_pair(int fd)
{
	char ak[AK_CHARS + 1], sk[SK_CHARS + 1], text[256];
	int r, n;

	r = random_text(UPPER_AND_DIGITS, AK_CHARS, ak);
	if (r == 0)
		r = random_text(LETTERS_AND_DIGITS, SK_CHARS, sk);
	if (r == 0) {
		n = snprintf(text, sizeof(text),
			     "# Made by the local service of cocfs. These keys open nothing else.\n"
			     "[global]\nak = %s\nsk = %s\n",
			     ak, sk);
		errno = 0;
		if (write(fd, text, (size_t)n) != n || fsync(fd) < 0)
			r = errno ? -errno : -ENOSPC;
	}
	secret_wipe(sk, sizeof(sk));
	secret_wipe(text, sizeof(text));
	return r;
}

/* Syncs the directory in which path is, so that the new file's name is durable. Returns 0 or
 * -errno. */
static int sync_parent(const char *path)
{
	_cleanup_free_ char *copy = strdup(path);
	_cleanup_close_ int fd = -1;

	if (!copy)
		return -ENOMEM;
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 || fsync(fd) < 0 ? -errno : 0;
}

/*
 * The key pair is written under another name. When it is complete, link(2) gives the file its own
 * name. So a crash leaves no half file. If two programs start at the same moment, the file of the
 * first one stays.
 */
int service_keys_ensure(const char *path, struct err *err)
{
	_cleanup_free_ char *draft = NULL;
	_cleanup_close_ int fd = -1;
	char suffix[UUID_SIZE];
	struct stat st;
	int r;

	if (stat(path, &st) == 0)
		return 0;
	if (errno != ENOENT)
		return err_set(err, errno, "%s: %s", path, strerror(errno));
	r = random_uuid(suffix);
	if (r < 0)
		return err_set(err, -r, "the kernel gives no random numbers");
	if (asprintf(&draft, "%s.%s", path, suffix) < 0) {
		draft = NULL;
		return err_set(err, ENOMEM, "out of memory");
	}
	fd = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_set(err, errno, "cannot make the key file %s: %s", path,
			       strerror(errno));
	r = write_pair(fd);
	if (r == 0 && link(draft, path) < 0 && errno != EEXIST)
		r = -errno;
	unlink(draft);
	if (r == 0)
		r = sync_parent(path);
	if (r < 0)
		return err_set(err, -r, "cannot make the key file %s: %s", path, strerror(-r));
	return 0;
}
