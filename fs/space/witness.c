/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "space/witness.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"

int witness_was_renamed(void *spool_fd, struct job_rename *rename)
{
	const int fd = *(int *)spool_fd;
	struct stat st;

	/* after -o rebind the inode number is unknown (0). Then, if the old name still has a file,
	 * the rename was not carried out; an exchange counts as not carried out */
	if (!rename->ino &&
	    (rename->exchange || fstatat(fd, rename->from, &st, AT_SYMLINK_NOFOLLOW) == 0))
		return 0;
	if (fstatat(fd, rename->to, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return 0;
	if (rename->ino && st.st_ino != rename->ino)
		return 0;
	rename->directory = S_ISDIR(st.st_mode);
	rename->to_directory = rename->exchange &&
			       fstatat(fd, rename->from, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
			       S_ISDIR(st.st_mode);
	return 1;
}

/* Looks at a path of the spool. Returns 1 and its owner and mode if a file of this type (S_IFMT
 * bits) is there; 0 if none is; or -errno. */
static int look_in_spool(int fd, const char *path, mode_t type, struct access *ret_access)
{
	struct stat st;

	if (fstatat(fd, path, &st, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH) < 0)
		return errno == ENOENT || errno == ENOTDIR ? 0 : -errno;
	if ((st.st_mode & S_IFMT) != type)
		return 0;
	*ret_access = access_of(&st);
	return 1;
}

int witness_find_owner(void *spool_fd, const char *path, struct owner *ret_owner)
{
	const int fd = *(int *)spool_fd;
	_cleanup_free_ char *directory = strdup(path);
	char *slash = directory ? strrchr(directory, '/') : NULL;
	struct owner owner = {.file = {geteuid(), getegid(), 0600},
			      .directory = {geteuid(), getegid(), 0700}};
	int r;

	if (!directory)
		return -ENOMEM;
	if (slash)
		*slash = '\0';
	r = look_in_spool(fd, path, S_IFREG, &owner.file);
	if (r >= 0)
		r = look_in_spool(fd, slash ? directory : "", S_IFDIR, &owner.directory);
	if (r < 0)
		return r;
	*ret_owner = owner;
	return 0;
}
