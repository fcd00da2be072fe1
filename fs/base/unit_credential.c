/* SPDX-License-Identifier: MIT */
/*
 * If a unit runs as a user (User=), its credentials still belong to root. systemd lets the user
 * read them by an ACL: "user:NAME:r--". stat(2) shows the mask of an ACL in the place of the
 * group's rights. So such a file has mode 0440, although its group has no right at all. For another
 * file of keys, 0440 means that a group reads the keys, and cocfs refuses the file.
 *
 * So a file may show a right for its group only if four conditions hold.
 *
 * First, it is the file of its name in CREDENTIALS_DIRECTORY: device and inode of the open file are
 * the same.
 *
 * Second, the directory and the file belong to root or to this user, and nobody else may write
 * them.
 *
 * Third, others have no right on the file.
 *
 * Fourth, the ACL of the file gives no right to a group, or to a user who is neither root nor the
 * user of this process. Instead of this, the directory may be closed to all but its owner: then
 * nobody else reaches the file.
 */
#define _GNU_SOURCE
#include "base/unit_credential.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/cleanup.h"

/* An ACL as the kernel shows it. These are the numbers of linux/posix_acl_xattr.h, which other
 * programs must not include. */
#define ACL_NAME "system.posix_acl_access"
#define ACL_VERSION 2
#define ACL_USER 0x02
#define ACL_GROUP_OWNER 0x04
#define ACL_GROUP 0x08
#define ACL_ENTRIES_MAX 16 /* the most entries of a list that are read; systemd makes five */

struct acl {
	uint32_t version;
	struct {
		uint16_t tag, rights;
		uint32_t id;
	} entries[ACL_ENTRIES_MAX];
};

static const char *credentials_directory(void)
{
	const char *path = secure_getenv("CREDENTIALS_DIRECTORY");

	return path && path[0] == '/' ? path : NULL;
}

int unit_credential_find(const char *name, char **ret_path)
{
	const char *directory = credentials_directory();
	_cleanup_free_ char *path = NULL;

	if (!directory)
		return -ENOENT;
	if (asprintf(&path, "%s/%s", directory, name) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	if (access(path, F_OK) < 0 && errno == ENOENT)
		return -ENOENT;
	*ret_path = steal_ptr(path);
	return 0;
}

static bool is_ours(const struct stat *st)
{
	return (st->st_uid == 0 || st->st_uid == geteuid()) && !(st->st_mode & (S_IWGRP | S_IWOTH));
}

/* Is the open file (st) the file of its name in CREDENTIALS_DIRECTORY? If so, *ret_directory is
 * what fstat(2) says of that directory. */
static bool is_credential(const char *path, const struct stat *st, struct stat *ret_directory)
{
	const char *directory = credentials_directory(), *slash = strrchr(path, '/');
	_cleanup_close_ int fd = -1;
	struct stat named;

	if (!directory || !slash)
		return false;
	fd = open(directory, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return fd >= 0 && fstat(fd, ret_directory) == 0 &&
	       fstatat(fd, slash + 1, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
	       named.st_dev == st->st_dev && named.st_ino == st->st_ino;
}

/* Returns true if the file has an ACL that gives rights only to its owner, this user and root. */
static bool has_acl_for_us_alone(int fd)
{
	struct acl acl;
	ssize_t size = fgetxattr(fd, ACL_NAME, &acl, sizeof(acl)); /* -1: no ACL, or one too long */
	bool has_group_owner = false;

	if (size < (ssize_t)sizeof(acl.version) || le32toh(acl.version) != ACL_VERSION)
		return false;
	for (size_t i = 0; i < ((size_t)size - sizeof(acl.version)) / sizeof(acl.entries[0]); i++) {
		uint16_t tag = le16toh(acl.entries[i].tag);
		uint32_t id = le32toh(acl.entries[i].id);

		has_group_owner |= tag == ACL_GROUP_OWNER;
		if (!acl.entries[i].rights)
			continue;
		if (tag == ACL_GROUP_OWNER || tag == ACL_GROUP ||
		    (tag == ACL_USER && id != 0 && id != geteuid()))
			return false;
	}
	return has_group_owner; /* each valid ACL has this entry: accept no other */
}

bool unit_credential_is_private(const char *path, int fd, const struct stat *st)
{
	struct stat directory;

	if (!is_credential(path, st, &directory) || !is_ours(st) || !is_ours(&directory) ||
	    (st->st_mode & (S_IXGRP | S_IRWXO)))
		return false;
	return !(directory.st_mode & (S_IRWXG | S_IRWXO)) || has_acl_for_us_alone(fd);
}
