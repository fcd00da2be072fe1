/* SPDX-License-Identifier: MIT */
/*
 * When is a file complete? (Rule R8.)
 *
 * The kernel sends a FLUSH at every close of every copy of a descriptor, and does not say how many
 * copies are left; RELEASE, after the last one, cannot carry an error back to the writer. So at a
 * FLUSH we look who else could still write:
 *
 *   1. another open file description: we count our own handles (the caller has checked that);
 *   2. a copy of this one. Apart from descriptors passed over a socket, it can be held by the
 *      flushing process, by the opener, and by processes born after the open. /proc/PID/fdinfo lists a
 *      process's descriptors with flags, inode number and mount ID. The descriptor that is being
 *      closed is not in the list any more.
 *
 * and, when nobody can, whether the last writer is dying from a signal: then the file may be half
 * of what was meant, and must not become a job.
 *
 * What this costs: listing one process's fdinfo is about 40 µs, so it is done for as few processes
 * as can be. /proc/loadavg tells the newest process of the system: if it is the one seen at the
 * open, nobody was born since, and the opener is all that need be looked at beside the flusher
 * (they are mostly the same: cp, tee, every simple writer). Otherwise process IDs are handed out in
 * rising order, so those born since are the ones between the two numbers. When the file was open
 * for so long that the numbers may have come around, all processes are looked at.
 *
 * NEVER read anything else of another process here. A process in execve closes its close-on-exec
 * files with its credentials locked and waits for our answer to the FLUSH; reading its stat, exe,
 * maps, environ, io, wchan, or the links in /proc/PID/fd then waits for it: the mount would be
 * dead. fdinfo (list and read) and status are safe at all times. stat is read only of a process
 * whose status shows no descriptor table (FDSize 0): that one is exiting. And nothing is opened
 * through /proc/PID/fd: it would come back to this mount.
 */
#define _GNU_SOURCE
#include "space/writers.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "space/proc.h"

#define PROBE_MAX 64	 /* numbers tried one by one; for more, /proc is listed */
#define BIRTHS_PER_MS 10 /* far more processes than any system starts */
#define PID_MAX_DEFAULT 32768
#define PID_MAX_LEAST 301 /* the kernel takes no smaller one */

static inline void cleanup_closedirp(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}
#define _cleanup_closedir_ __attribute__((cleanup(cleanup_closedirp)))

unsigned writers_newest_pid(const struct space *space)
{
	char text[128], *last;
	ssize_t n =
		space->loadavg_fd < 0 ? -1 : pread(space->loadavg_fd, text, sizeof(text) - 1, 0);

	if (n <= 0)
		return 0;
	text[n] = '\0';
	last = strrchr(text, ' ');
	return last ? (unsigned)strtoul(last + 1, NULL, 10) : 0;
}

static unsigned pid_max(void)
{
	char text[32];

	if (proc_read(AT_FDCWD, "/proc/sys/kernel/pid_max", text, sizeof(text)) <= 0)
		return PID_MAX_DEFAULT;
	return (unsigned)strtoul(text, NULL, 10);
}

/* Does one descriptor write to the file? Gone by now: no. */
static bool is_writer(const struct space *space, int fdinfo_fd, const char *name, uint64_t ino)
{
	char text[PROC_TEXT_MAX];
	uint64_t flags, mount_id, number;

	if (proc_read(fdinfo_fd, name, text, sizeof(text)) <= 0 ||
	    !proc_field(text, "flags", 8, &flags) || (flags & O_ACCMODE) == O_RDONLY ||
	    !proc_field(text, "ino", 10, &number) || number != ino)
		return false;
	return !proc_field(text, "mnt_id", 10, &mount_id) ||
	       mount_ids_match(space->mount_ids, (int)mount_id);
}

/* Has a process a descriptor that writes to the file? 1, 0 (also when there is no such process), or
 * -EACCES: it may not be looked at. *ret_any is set when it has any descriptor at all. */
static int look_for_writer(const struct space *space, pid_t pid, uint64_t ino, bool *ret_any)
{
	_cleanup_closedir_ DIR *dir = NULL;
	char path[64];
	struct dirent *entry;

	snprintf(path, sizeof(path), "/proc/%d/fdinfo", pid);
	dir = opendir(path);
	if (!dir)
		return errno == EACCES || errno == EPERM ? -EACCES : 0;
	errno = 0;
	while ((entry = readdir(dir))) {
		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		*ret_any = true;
		if (is_writer(space, dirfd(dir), entry->d_name, ino))
			return 1;
	}
	return errno == EACCES || errno == EPERM ? -EACCES : 0;
}

static int has_writer(const struct space *space, pid_t pid, uint64_t ino)
{
	bool any;

	return look_for_writer(space, pid, ino, &any);
}

/* The processes born after an open: those in (from, to], which may have come around. */
struct births {
	unsigned from, to;
	bool all; /* too long ago: everybody may be one */
};

static bool is_born(const struct births *births, unsigned pid)
{
	if (births->all)
		return true;
	return births->from <= births->to ? pid > births->from && pid <= births->to
					  : pid > births->from || pid <= births->to;
}

/* Looks at every process of /proc that was born after the open. As has_writer(). */
static int walk(const struct space *space, const struct births *births, uint64_t ino)
{
	_cleanup_closedir_ DIR *dir = opendir("/proc");
	struct dirent *entry;
	int worst = 0;

	if (!dir)
		return -EACCES;
	while ((entry = readdir(dir))) {
		unsigned pid = (unsigned)strtoul(entry->d_name, NULL, 10);
		int r = 0;

		/* our own descriptors are of the spool, whose files have the same inode numbers */
		if (pid && pid != (unsigned)getpid() && is_born(births, pid))
			r = has_writer(space, (pid_t)pid, ino);
		if (r > 0)
			return r;
		if (r < 0)
			worst = r;
	}
	return worst;
}

/* Looks at those born after the open. As has_writer(). */
static int look_at_born(const struct space *space, const struct handle *handle, uint64_t ino)
{
	struct births births = {.from = handle->newest_pid, .to = writers_newest_pid(space)};
	int64_t open_ms = loop_now_ms(space->loop) - handle->opened_ms;
	int worst = 0;

	births.all =
		!births.from || !births.to ||
		(open_ms > PID_MAX_LEAST / BIRTHS_PER_MS && open_ms > pid_max() / BIRTHS_PER_MS);
	if (births.all || births.to < births.from || births.to - births.from > PROBE_MAX)
		return walk(space, &births, ino);
	for (unsigned pid = births.from + 1; pid <= births.to; pid++) {
		int r = has_writer(space, (pid_t)pid, ino);

		if (r > 0)
			return r;
		if (r < 0)
			worst = r;
	}
	return worst;
}

/* The signal that an exiting process dies from, 0 if it is none or not exiting. */
static int dying_from(pid_t pid)
{
	char path[64], text[PROC_TEXT_MAX], *last;
	uint64_t fd_size;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	if (proc_read(AT_FDCWD, path, text, sizeof(text)) <= 0 ||
	    !proc_field(text, "FDSize", 10, &fd_size) || fd_size)
		return 0;
	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	if (proc_read(AT_FDCWD, path, text, sizeof(text)) <= 0)
		return 0;
	/* the last field is the exit status as waitpid(2) would give it */
	last = strrchr(text, ' ');
	return last ? (int)strtol(last + 1, NULL, 10) & 0x7f : 0;
}

/* The process that a thread belongs to; one that cannot be told is taken for a process. */
static pid_t process_of(pid_t thread)
{
	pid_t process = proc_process(thread);

	return process ? process : thread;
}

enum writers_verdict writers_judge(const struct space *space, const struct handle *handle,
				   pid_t flusher, int *ret_signal)
{
	uint64_t ino = handle->node->ino;
	bool is_opener = flusher == handle->opener, has_descriptors = false;
	int r, signal;

	if (!flusher || !handle->opener)
		return is_opener ? WRITERS_NONE : WRITERS_MORE;
	r = look_for_writer(space, flusher, ino, &has_descriptors);
	if (r == 0 && !is_opener)
		r = has_writer(space, handle->opener, ino);
	if (r <= 0) {
		int born = look_at_born(space, handle, ino);

		r = born > 0 || r == 0 ? born : r;
	}
	if (r > 0)
		return WRITERS_MORE;
	/* somebody could not be looked at: the opener's close is taken for the last */
	if (r < 0 && !is_opener && process_of(flusher) != process_of(handle->opener))
		return WRITERS_MORE;
	/* who is exiting has none any more */
	signal = has_descriptors ? 0 : dying_from(flusher);
	if (!signal)
		return WRITERS_NONE;
	*ret_signal = signal;
	return WRITERS_KILLED;
}
