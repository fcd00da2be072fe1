/* SPDX-License-Identifier: MIT */
/*
 * How cocfs clears a dead mount from the mountpoint of a new mount.
 *
 * When cocfs is killed, the kernel keeps its mount. Every call in it fails with ENOTCONN
 * ("Transport endpoint is not connected") until somebody unmounts it. A user who mounts at that
 * place again wants to replace the dead mount. Three things must not happen:
 *
 * First: cocfs unmounts a live mount, because a second cocfs has mounted there between the look and
 * the unmount. So each cocfs that clears a mountpoint locks the directory above it until its own
 * mount is there. With the lock it looks once more whether the mount is dead.
 *
 * Second: cocfs unmounts a mount of another file system. So cocfs opens the mount (O_PATH asks no
 * server), and finds its type in the mount table by its mount ID. As root it unmounts exactly what
 * it has opened. So a mount that somebody has put on top since then stays.
 *
 * Third: a user unmounts another user's mount. So for an ordinary user cocfs compares the user of
 * the mount, and lets fusermount3 unmount, which checks the user itself.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/log.h"
#include "cocfs/mountpoint.h"

/* How long to wait for the lock on the parent directory of the mountpoint. Another cocfs that holds
 * the lock clears a dead mount there, and mounts soon. If another program has locked the directory
 * for longer, the mount fails. */
#define LOCK_PATIENCE_MS 5000
#define LOCK_LOOK_MS 10

/* The most dead mounts on top of each other that cocfs clears. There are several if several mounts
 * on this path were killed, one after the other. If there are more, the user has to unmount
 * them. */
#define LAYERS_MAX 16

#define TYPE "fuse.cocfs"

/* The file system type and the user of a mount, from its line in /proc/self/mountinfo. */
struct dead_mount {
	char type[64];
	/* the user who has mounted, from the option user_id=; (unsigned)-1: there is none */
	unsigned user_id;
};

/* Is the topmost mount on path dead? AT_STATX_FORCE_SYNC makes the kernel ask the FUSE server,
 * because for a dead mount it might answer from its cache. */
static bool is_dead(const char *path)
{
	struct statx st;

	return statx(AT_FDCWD, path, AT_STATX_FORCE_SYNC | AT_NO_AUTOMOUNT, STATX_TYPE, &st) < 0 &&
	       errno == ENOTCONN;
}

/* Returns the ID of the mount that an open file is on; -1 if it cannot be read. */
static int mount_id_of(int fd)
{
	_cleanup_fclose_ FILE *file = NULL;
	char path[64], line[128];
	int id = -1;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "mnt_id: %d", &id) == 1)
			break;
	return id;
}

/* Finds a mount by its ID in /proc/self/mountinfo. Returns 0; -ENOENT: the mount is not listed, or
 * its line cannot be read. */
static int find_mount(int mount_id, struct dead_mount *ret_mount)
{
	_cleanup_fclose_ FILE *file = fopen("/proc/self/mountinfo", "re");
	_cleanup_free_ char *line = NULL;
	size_t room = 0;

	while (file && getline(&line, &room, file) > 0) {
		struct dead_mount mount = {.user_id = (unsigned)-1};
		const char *type = strstr(line, " - "), *user;
		int id;

		if (sscanf(line, "%d", &id) != 1 || id != mount_id || !type)
			continue;
		user = strstr(type, "user_id=");
		if (sscanf(type, " - %63s", mount.type) != 1)
			return -ENOENT;
		if (user)
			sscanf(user, "user_id=%u", &mount.user_id);
		*ret_mount = mount;
		return 0;
	}
	return -ENOENT;
}

static int refuse_dead_mount(const char *path, const char *why, struct err *err)
{
	err_set(err, ENOTCONN, "on the mountpoint %s is a dead mount: %s", path, why);
	err_detail(err, "what_to_do", "fusermount3 -uz %s, as the user who mounted it or as root",
		   path);
	return -ENOTCONN;
}

/* Unmounts the mount that fd is open on, lazily. Goes through fd, because the path of the mount may
 * lead to another mount by now. Returns 0 or -errno. */
static int unmount_opened(int fd)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return umount2(path, MNT_DETACH) < 0 ? -errno : 0;
}

/* Unmounts path lazily, with the program fusermount3: it may do so for an ordinary user. Returns 0;
 * -EPERM: the program has failed; or another -errno. */
static int unmount_as_user(const char *path)
{
	char *argv[] = {"fusermount3", "-u", "-z", "-q", "--", (char *)path, NULL};
	pid_t child;
	int status, r = posix_spawnp(&child, argv[0], NULL, NULL, argv, environ);

	if (r != 0)
		return -r;
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -EPERM;
}

/* Unmounts the topmost mount on path, which is dead, if it is a mount of cocfs, and of this user or
 * we are root. Returns 0; or -ENOTCONN with err, which says why the mount stays. */
static int bury_mount(const char *path, struct err *err)
{
	_cleanup_close_ int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct dead_mount mount;
	int r;

	if (fd < 0 || find_mount(mount_id_of(fd), &mount) < 0)
		return refuse_dead_mount(path, "what it is cannot be found out", err);
	if (strcmp(mount.type, TYPE))
		return refuse_dead_mount(path, "it is of another file system, which has ended",
					 err);
	if (geteuid() != 0 && mount.user_id != geteuid())
		return refuse_dead_mount(path, "it is another user's cocfs, which has ended", err);
	r = geteuid() == 0 ? unmount_opened(fd) : unmount_as_user(path);
	if (r < 0)
		return refuse_dead_mount(path, "its cocfs has ended, and it cannot be unmounted",
					 err);
	log_warning("the mount on %s was dead, because its cocfs had ended: it is replaced", path);
	return 0;
}

/* Locks the parent directory of a path, and waits up to LOCK_PATIENCE_MS for the lock. Returns a
 * descriptor with the lock, which the caller closes; -EWOULDBLOCK: another process has the lock; or
 * another -errno. */
static int lock_parent(const char *path)
{
	const struct timespec pause = {.tv_nsec = LOCK_LOOK_MS * 1000000L};
	int64_t until_ms = clock_monotonic_ms() + LOCK_PATIENCE_MS;
	_cleanup_free_ char *copy = strdup(path);
	_cleanup_close_ int fd = -1;

	if (!copy)
		return -ENOMEM;
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EINTR && (errno != EWOULDBLOCK || clock_monotonic_ms() >= until_ms))
			return -errno;
		nanosleep(&pause, NULL);
	}
	return steal_fd(&fd);
}

int mountpoint_clear(const char *path, int *ret_lock, struct err *err)
{
	_cleanup_close_ int lock = -1;
	int r = 0;

	if (is_dead(path)) {
		lock = lock_parent(path);
		if (lock < 0)
			return refuse_dead_mount(path, "the directory above it cannot be locked",
						 err);
	}
	for (int layer = 0; r == 0 && layer < LAYERS_MAX && is_dead(path); layer++)
		r = bury_mount(path, err);
	if (r == 0 && is_dead(path))
		r = refuse_dead_mount(path, "there are too many upon each other", err);
	if (r == 0)
		*ret_lock = steal_fd(&lock);
	return r;
}
