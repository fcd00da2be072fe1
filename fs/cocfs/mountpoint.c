/* SPDX-License-Identifier: MIT */
/* The checks of a mountpoint, and the reasons why a mount on it failed. dead_mount.c has
 * mountpoint_clear(). */
#define _GNU_SOURCE
#include "cocfs/mountpoint.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "base/cleanup.h"
#include "base/log.h"

#define FUSE_DEVICE "/dev/fuse"
#define FUSE_CONF "/etc/fuse.conf"

/* ---- before the mount ---- */

/* Is the path an automount (autofs)? Then do not list the directory: the kernel lets a program that
 * lists it wait until something is mounted there, and that is this mount. O_PATH and fstatfs(2) do
 * not wait. */
static bool is_automount(const char *path)
{
	_cleanup_close_ int fd = open(path, O_PATH | O_CLOEXEC);
	struct statfs st;

	return fd >= 0 && fstatfs(fd, &st) == 0 && st.f_type == AUTOFS_SUPER_MAGIC;
}

static bool has_entries(const char *path)
{
	DIR *directory = is_automount(path) ? NULL : opendir(path);
	const struct dirent *entry;
	bool found = false;

	while (directory && !found && (entry = readdir(directory)))
		found = strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..");
	if (directory)
		closedir(directory);
	return found;
}

static int refuse_mountpoint(const char *path, int errnum, struct err *err)
{
	if (errnum == ENOENT) {
		err_set(err, ENOENT, "the mountpoint %s does not exist", path);
		err_detail(err, "what_to_do", "make it: mkdir -p %s", path);
	} else if (errnum == ENOTDIR) {
		err_set(err, ENOTDIR, "the mountpoint %s is not a directory", path);
		err_detail(err, "what_to_do", "give a directory");
	} else {
		err_set(err, errnum, "the mountpoint %s: %s", path, strerror(errnum));
		if (errnum == EACCES)
			err_detail(
				err, "what_to_do",
				"give a directory that you may look into; if another user has "
				"mounted something there: fusermount3 -uz %s, as that user or as "
				"root",
				path);
	}
	return -errnum;
}

int mountpoint_resolve(char **path, bool nonempty, struct err *err)
{
	char *real;
	struct stat st;

	if (!**path) {
		err_set(err, ENOENT, "MOUNTPOINT is empty");
		err_detail(err, "what_to_do",
			   "give a directory: cocfs [options] SOURCE MOUNTPOINT");
		return -ENOENT;
	}
	real = realpath(*path, NULL);
	if (!real)
		return refuse_mountpoint(*path, errno, err);
	free(*path);
	*path = real;
	if (stat(real, &st) < 0)
		return errno == ENOTCONN ? 0 : refuse_mountpoint(real, errno, err);
	if (!S_ISDIR(st.st_mode))
		return refuse_mountpoint(real, ENOTDIR, err);
	if (!nonempty && has_entries(real))
		log_warning(
			"the mountpoint %s is not empty: what is in it cannot be seen until it is "
			"unmounted (-o nonempty: it is meant to be so)",
			real);
	return 0;
}

/* ---- after a mount that failed ---- */

static bool has_no_device(void)
{
	int fd = open(FUSE_DEVICE, O_RDWR | O_CLOEXEC);

	if (fd >= 0)
		close(fd);
	return fd < 0 && errno != EACCES;
}

static bool is_closed_device(void)
{
	int fd = open(FUSE_DEVICE, O_RDWR | O_CLOEXEC);

	if (fd >= 0)
		close(fd);
	return fd < 0;
}

/* Are we root, but without CAP_SYS_ADMIN (bit 21), as in a container? Then we may not mount. If the
 * capabilities cannot be read, the answer is no. */
static bool is_root_without_mount(void)
{
	_cleanup_fclose_ FILE *file = fopen("/proc/self/status", "re");
	unsigned long long effective = ~0ull;
	char line[256];

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "CapEff: %llx", &effective) == 1)
			break;
	return geteuid() == 0 && !(effective & 1ull << 21);
}

static bool is_user_without_helper(void)
{
	return geteuid() != 0 && access("/usr/bin/fusermount3", X_OK) < 0 &&
	       access("/bin/fusermount3", X_OK) < 0 &&
	       access("/usr/local/bin/fusermount3", X_OK) < 0;
}

static bool is_foreign_place(const char *path)
{
	struct stat st;

	return geteuid() != 0 && stat(path, &st) == 0 && st.st_uid != geteuid() &&
	       (access(path, W_OK) < 0 || (st.st_mode & S_ISVTX));
}

static bool is_other_allowed(void)
{
	_cleanup_fclose_ FILE *file = fopen(FUSE_CONF, "re");
	char line[256], word[64];

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "%63s", word) == 1 && !strcmp(word, "user_allow_other"))
			return true;
	return geteuid() == 0;
}

void mountpoint_explain(const char *path, bool allow_other, struct err *err)
{
	if (has_no_device())
		err_detail(err, "what_to_do",
			   FUSE_DEVICE " cannot be used here: load the module (modprobe fuse); a "
				       "container needs --device " FUSE_DEVICE
				       " --cap-add SYS_ADMIN");
	else if (is_closed_device())
		err_detail(err, "what_to_do",
			   FUSE_DEVICE " is closed to this user: chmod 0666 " FUSE_DEVICE
				       ", as root");
	else if (is_root_without_mount())
		err_detail(err, "what_to_do",
			   "this root may not mount: start the container with --cap-add SYS_ADMIN");
	else if (is_user_without_helper())
		err_detail(err, "what_to_do",
			   "fusermount3 mounts for ordinary users: install the package fuse3");
	else if (allow_other && !is_other_allowed())
		err_detail(err, "what_to_do",
			   "allow_other and allow_root are root's to allow: put a line "
			   "user_allow_other into " FUSE_CONF ", or leave the option away");
	else if (is_foreign_place(path))
		err_detail(
			err, "what_to_do",
			"an ordinary user mounts on a directory of its own: give one, or chown %s",
			path);
}

void mountpoint_set_nosymfollow(const char *path)
{
	struct mount_attr attr = {.attr_set = MOUNT_ATTR_NOSYMFOLLOW};

	/* set the flag after the mount, because neither libfuse nor fusermount3 knows the option */
	if (mount_setattr(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, &attr, sizeof(attr)) < 0)
		log_warning(
			"-o nosymfollow has no effect: %s; only root can have it, with Linux 5.14 "
			"or later",
			strerror(errno));
}
