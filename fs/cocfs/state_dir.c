/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "cocfs/state_dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "cocfs/state_place.h"

/* How long a mount waits for the lock. The mount before may be unmounted, while its process still
 * has to close the ledger. */
#define LOCK_PATIENCE_MS 2000
#define LOCK_LOOK_MS 10

/* How often a mount tries to lock the file "lock". A mount that fails removes the lock file if it
 * has made it. Another mount that waited for the lock of that file then has a file without a name,
 * and opens the file "lock" anew. Each further try means that another mount has failed
 * meanwhile. */
#define LOCK_FILES_MAX 16

/* All files that a mount makes in the state directory, except "lock". state_dir_discard() removes
 * them. The bits of state_dir.there have this order, so LEDGER_BIT and SERVICE_BIT must match
 * it. */
static const char *const files[] = {
	"spool",	  "incoming",		"ledger.db",	"ledger.db-wal",
	"ledger.db-shm",  "ledger.db-journal",	"service.db",	"service.db-wal",
	"service.db-shm", "service.db-journal", "service.keys", "service.sock",
	"instance",	  "instance.new"};

#define LEDGER_BIT (1u << 2)  /* the bit of ledger.db, files[2], in state_dir.there */
#define SERVICE_BIT (1u << 6) /* the bit of service.db, files[6], in state_dir.there */
#define FILES_COUNT (sizeof(files) / sizeof(files[0]))

#define DIRECTORIES_COUNT 2 /* so many of the first names in files are directories */

_Static_assert(FILES_COUNT <= 32, "struct state_dir has a bit for each");

/* Makes the directory path and its parents, path with mode 0700 and the parents with mode 0755.
 * Those that exist stay as they are. *ret_made must be NULL; also on failure it becomes the topmost
 * directory that was made, which the caller frees. Returns 0 or -errno. */
static int make_path(const char *path, char **ret_made)
{
	char partial[PATH_MAX];
	size_t length = strlen(path);

	if (length >= sizeof(partial))
		return -ENAMETOOLONG;
	memcpy(partial, path, length + 1);
	for (char *at = partial + 1;; at++) {
		bool last = !*at;

		if (!last && *at != '/')
			continue;
		*at = '\0';
		if (mkdir(partial, last ? 0700 : 0755) < 0) {
			if (errno != EEXIST)
				return -errno;
		} else if (!*ret_made) {
			/* without memory it stays NULL: then a mount that fails does not remove the
			 * directory, which does no harm */
			*ret_made = strdup(partial);
		}
		if (last)
			return 0;
		*at = '/';
	}
}

/* Fills err with an error of the state directory, and the advice to give another one. Returns
 * -errnum. */
static int refuse_path(const char *path, int errnum, struct err *err)
{
	err_set(err, errnum, "the state directory %s: %s", path, strerror(errnum));
	err_detail(err, "what_to_do", "give another one: -o state_dir=DIR");
	return -errnum;
}

static int check_private_directory(int fd, const char *path, struct err *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return refuse_path(path, errno, err);
	if (st.st_uid != geteuid()) {
		err_set(err, EACCES, "the state directory %s belongs to another user", path);
		err_detail(err, "what_to_do",
			   "mount as that user, or give another -o state_dir=DIR");
		return -EACCES;
	}
	if (st.st_mode & 077) {
		err_set(err, EACCES,
			"others may look into the state directory %s, which holds keys and jobs",
			path);
		err_detail(err, "what_to_do", "chmod 700 %s", path);
		return -EACCES;
	}
	return 0;
}

/* Locks an open file (flock(2)). If another process has the lock, waits up to LOCK_PATIENCE_MS for
 * it. Returns 0; -EWOULDBLOCK: another process has the lock; or another -errno. */
static int lock(int fd)
{
	const struct timespec pause = {.tv_nsec = LOCK_LOOK_MS * 1000000L};
	int64_t until_ms = clock_monotonic_ms() + LOCK_PATIENCE_MS;

	while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EINTR && (errno != EWOULDBLOCK || clock_monotonic_ms() >= until_ms))
			return -errno;
		nanosleep(&pause, NULL);
	}
	return 0;
}

/* Is the file that we have locked still the file "lock" of the state directory? Another process may
 * have removed or replaced it. */
static bool is_lock_of(const struct state_dir *dir)
{
	struct stat held, named;

	return fstat(dir->lock_fd, &held) == 0 &&
	       fstatat(dir->fd, "lock", &named, AT_SYMLINK_NOFOLLOW) == 0 &&
	       held.st_dev == named.st_dev && held.st_ino == named.st_ino;
}

/* Opens and locks the file "lock". Makes it if there is none. Returns 0 with dir->lock_fd open;
 * -EWOULDBLOCK: another mount has the lock; -ESTALE: the locked file has lost its name meanwhile,
 * so try again; or another -errno. */
static int lock_by_name(struct state_dir *dir)
{
	int fd = openat(dir->fd, "lock", O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600), r;

	dir->made_lock = fd >= 0;
	if (fd < 0 && errno == EEXIST)
		fd = openat(dir->fd, "lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	dir->lock_fd = fd;
	r = lock(fd);
	if (r == 0 && !is_lock_of(dir))
		r = -ESTALE;
	if (r < 0)
		/* with lock_fd -1 state_dir_discard() removes no files: they belong to the mount
		 * that has the lock */
		close(steal_fd(&dir->lock_fd));
	return r;
}

/* Notes in dir->there which files exist, or may exist because stat(2) fails. Call this right after
 * the lock was taken: files that exist then are older than this mount, and state_dir_discard()
 * keeps them. */
static void note_files(struct state_dir *dir)
{
	struct stat st;

	for (size_t i = 0; i < FILES_COUNT; i++)
		if (fstatat(dir->fd, files[i], &st, AT_SYMLINK_NOFOLLOW) == 0 || errno != ENOENT)
			dir->there |= 1u << i;
}

static int take_lock(struct state_dir *dir, struct err *err)
{
	int r = -ESTALE;

	for (int n = 0; r == -ESTALE && n < LOCK_FILES_MAX; n++)
		r = lock_by_name(dir);
	if (r == 0) {
		note_files(dir);
		return 0;
	}
	if (r != -EWOULDBLOCK)
		return refuse_path(dir->path, -r, err);
	err_set(err, EBUSY, "the job space in %s is mounted already, or its last mount still ends",
		dir->path);
	err_detail(err, "what_to_do",
		   "use that mount, unmount it and wait for its requests to be answered, or give "
		   "another -o state_dir=DIR");
	return -EBUSY;
}

/* Checks that the spool's file system has user.* extended attributes: cocfs keeps the attributes of
 * jobs in them. Returns 0 or -ENOTSUP with err. */
static int check_attributes(const struct state_dir *dir, struct err *err)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", dir->spool_fd);
	if (getxattr(path, "user.coc.probe", NULL, 0) >= 0 || errno == ENODATA)
		return 0;
	err_set(err, ENOTSUP, "the file system of %s has no user attributes: %s", dir->path,
		strerror(errno));
	err_detail(err, "what_to_do", "give a directory on ext4, xfs or btrfs: -o state_dir=DIR");
	return -ENOTSUP;
}

static int open_spool(struct state_dir *dir, struct err *err)
{
	/* 0755, because the root of the mount shows this mode */
	if (mkdirat(dir->fd, "spool", 0755) < 0 && errno != EEXIST)
		return refuse_path(dir->path, errno, err);
	dir->spool_fd = openat(dir->fd, "spool", O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (dir->spool_fd < 0) {
		err_set(err, errno, "%s/spool: %s", dir->path, strerror(errno));
		err_detail(err, "what_to_do",
			   "the spool must be a directory: give another -o state_dir=DIR");
		return -err->errnum;
	}
	return check_attributes(dir, err);
}

/* Removes all files in the directory fd, which is incoming/: a crash may have left texts there that
 * were not moved into the spool. Returns 0 or -errno. */
static int empty_directory(int fd)
{
	_cleanup_close_ int list_fd = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = list_fd < 0 ? NULL : fdopendir(list_fd);
	const struct dirent *entry;
	int r = 0;

	if (!list)
		return -errno;
	steal_fd(&list_fd);
	while (r == 0 && (errno = 0, entry = readdir(list))) {
		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..") &&
		    unlinkat(fd, entry->d_name, 0) < 0)
			r = -errno;
	}
	if (r == 0 && errno)
		r = -errno;
	closedir(list);
	return r;
}

static int open_incoming(struct state_dir *dir, struct err *err)
{
	int r;

	if (mkdirat(dir->fd, "incoming", 0700) < 0 && errno != EEXIST)
		return refuse_path(dir->path, errno, err);
	dir->incoming_fd =
		openat(dir->fd, "incoming", O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	r = dir->incoming_fd < 0 ? -errno : empty_directory(dir->incoming_fd);
	if (r == 0)
		return 0;
	err_set(err, -r, "%s/incoming cannot be emptied: %s", dir->path, strerror(-r));
	err_detail(err, "what_to_do", "remove %s/incoming", dir->path);
	return r;
}

/* Finds the path of the state directory: `said` without slashes at its end, or the default for
 * source if said is NULL. The caller frees *ret_path. Returns 0, or -errno with err filled. */
static int find_state_path(const char *said, const char *source, char **ret_path, struct err *err)
{
	char *path;
	size_t length;

	if (!said)
		return state_place_find(source, ret_path, err);
	path = strdup(said);
	if (!path)
		return err_set(err, ENOMEM, "out of memory");
	for (length = strlen(path); length > 1 && path[length - 1] == '/'; length--)
		path[length - 1] = '\0';
	*ret_path = path;
	return 0;
}

static int open_directory(struct state_dir *dir, struct err *err)
{
	int r = make_path(dir->given, &dir->made);

	if (r < 0) {
		err_set(err, -r, "cannot make the state directory %s: %s", dir->given,
			strerror(-r));
		err_detail(err, "what_to_do", "give another one: -o state_dir=DIR");
		return r;
	}
	dir->path = realpath(dir->given, NULL);
	dir->fd = dir->path ? open(dir->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	return dir->fd < 0 ? refuse_path(dir->given, errno, err) : 0;
}

int state_dir_open(const char *path, const char *source, struct state_dir *ret_dir, struct err *err)
{
	struct state_dir dir = {.fd = -1, .lock_fd = -1, .spool_fd = -1, .incoming_fd = -1};
	int r = find_state_path(path, source, &dir.given, err);

	if (r == 0)
		r = open_directory(&dir, err);
	if (r == 0)
		r = check_private_directory(dir.fd, dir.path, err);
	if (r == 0)
		r = take_lock(&dir, err);
	if (r == 0)
		r = open_spool(&dir, err);
	if (r == 0)
		r = open_incoming(&dir, err);
	if (r < 0) {
		state_dir_discard(&dir);
		state_dir_close(&dir);
	} else {
		*ret_dir = dir;
	}
	return r;
}

static bool is_of(size_t file, const char *name)
{
	return !strncmp(files[file], name, strlen(name));
}

/* Is files[file] the log of a database (-wal or -journal), and not empty? If stat(2) fails, also
 * because the log does not exist, the answer is yes. */
static bool is_log_in_use(const struct state_dir *dir, size_t file)
{
	const char *end = strrchr(files[file], '-');
	struct stat st;

	if (!end || (strcmp(end, "-wal") != 0 && strcmp(end, "-journal") != 0))
		return false;
	return fstatat(dir->fd, files[file], &st, AT_SYMLINK_NOFOLLOW) < 0 || st.st_size > 0;
}

/* Must files[file] stay when the mount has failed? Yes, if the file is older than this mount. Yes,
 * if it is the log of an older database and not empty: it may hold commits of this mount. And yes,
 * if it is an instance file beside an older ledger, because the ledger refers to it. */
static bool is_kept(const struct state_dir *dir, size_t file)
{
	if (dir->there & 1u << file)
		return true;
	if (dir->there & LEDGER_BIT && is_of(file, "instance"))
		return true;
	return ((dir->there & LEDGER_BIT && is_of(file, "ledger.db")) ||
		(dir->there & SERVICE_BIT && is_of(file, "service.db"))) &&
	       is_log_in_use(dir, file);
}

void state_dir_discard(const struct state_dir *dir)
{
	char path[PATH_MAX], *slash = path;

	if (dir->lock_fd >= 0) {
		for (size_t i = 0; i < FILES_COUNT; i++)
			if (!is_kept(dir, i))
				unlinkat(dir->fd, files[i],
					 i < DIRECTORIES_COUNT ? AT_REMOVEDIR : 0);
		/* remove the file "lock" last: until then no other mount uses the directory */
		if (dir->made_lock)
			unlinkat(dir->fd, "lock", 0);
	}
	if (!dir->made || strlen(dir->given) >= sizeof(path))
		return;
	/* remove dir->given, then each directory above it up to dir->made, as long as they are
	 * empty */
	strcpy(path, dir->given);
	while (slash && strlen(path) >= strlen(dir->made) &&
	       (rmdir(path) == 0 || errno == ENOENT)) {
		slash = strrchr(path, '/');
		if (slash)
			*slash = '\0';
	}
}

void state_dir_close(struct state_dir *dir)
{
	if (dir->spool_fd >= 0)
		close(steal_fd(&dir->spool_fd));
	if (dir->incoming_fd >= 0)
		close(steal_fd(&dir->incoming_fd));
	if (dir->lock_fd >= 0)
		close(steal_fd(&dir->lock_fd));
	if (dir->fd >= 0)
		close(steal_fd(&dir->fd));
	free(steal_ptr(dir->path));
	free(steal_ptr(dir->given));
	free(steal_ptr(dir->made));
}

char *state_dir_file(const struct state_dir *dir, const char *name)
{
	char *path;

	return asprintf(&path, "%s/%s", dir->path, name) < 0 ? NULL : path;
}

char *state_dir_socket(const struct state_dir *dir, const char *name)
{
	char *path;

	return asprintf(&path, "/proc/self/fd/%d/%s", dir->fd, name) < 0 ? NULL : path;
}
