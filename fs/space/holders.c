/* SPDX-License-Identifier: MIT */
/*
 * The search for processes that hold a descriptor which can write to a file. It reads
 * /proc/PID/fdinfo, and a hostile process can make such a read take long. So the search runs in a
 * thread (inspectors.c), and only the closing process waits for the thread.
 */
#define _GNU_SOURCE
#include "space/holders.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "space/bounds.h"
#include "space/proc.h"

/* bytes that are read of a descriptor's fdinfo: flags, mount and inode are in its first lines */
#define FDINFO_MAX 512
/* up to so many new process numbers are tried one by one; for more, /proc is listed */
#define PROBE_MAX 64

static enum holders worse_holders(enum holders a, enum holders b)
{
	return a > b ? a : b;
}

static bool is_time_up(const struct holders_search *search)
{
	const struct patience *patience = search->patience;

	return clock_monotonic_ms() >= patience->until_ms ||
	       (patience->is_over && atomic_load(patience->is_over));
}

static bool is_stuck(const struct holders_search *search, pid_t pid)
{
	for (unsigned i = 0; i < search->patience->n_stuck; i++)
		if (atomic_load(&search->patience->stuck[i]) == pid)
			return true;
	return false;
}

/* ---- one descriptor table ---- */

/* A set of descriptor numbers below HOLDERS_NUMBERS_MAX: those that the first thread of a process
 * has. */
struct numbers {
	uint64_t bits[HOLDERS_NUMBERS_MAX / 64];
};

static bool has_number(const struct numbers *numbers, const char *name)
{
	unsigned long n = strtoul(name, NULL, 10);

	return n < HOLDERS_NUMBERS_MAX && (numbers->bits[n / 64] >> (n % 64) & 1);
}

static void add_number(struct numbers *numbers, const char *name)
{
	unsigned long n = strtoul(name, NULL, 10);

	if (n < HOLDERS_NUMBERS_MAX)
		numbers->bits[n / 64] |= 1ull << (n % 64);
}

/* Can descriptor number `name` of process pid write to the file of the search? Judges by the
 * descriptor's fdinfo: flags, mount and inode number. Returns HOLDERS_NONE: no, or it is closed by
 * now; HOLDERS_SOME: yes; HOLDERS_UNKNOWN: we may not look, or the fdinfo lacks one of these
 * fields. */
static enum holders look_at_descriptor(const struct holders_search *search, int fdinfo_fd,
				       pid_t pid, const char *name)
{
	char text[FDINFO_MAX];
	uint64_t flags, mount_id, number;
	enum holders found;
	ssize_t n = proc_read(fdinfo_fd, name, text, sizeof(text));

	if (n <= 0) /* the descriptor is closed by now, or we may not look at it */
		return n == 0 || n == -ENOENT || n == -ESRCH ? HOLDERS_NONE : HOLDERS_UNKNOWN;
	if (!proc_field(text, "flags", 8, &flags) || !proc_field(text, "mnt_id", 10, &mount_id))
		return HOLDERS_UNKNOWN;
	if ((flags & O_ACCMODE) == O_RDONLY)
		return HOLDERS_NONE;
	/* Linux before 5.14 shows no inode number */
	found = proc_field(text, "ino", 10, &number) ? HOLDERS_SOME : HOLDERS_UNKNOWN;
	if (found == HOLDERS_SOME && number != search->ino)
		return HOLDERS_NONE;
	return mount_ids_match(&search->sight->mount_ids, pid, (int)mount_id) ? found
									      : HOLDERS_NONE;
}

/* Judges a process whose descriptor table could not be opened or listed, with errnum. Returns
 * HOLDERS_NONE if the process is gone or has no table any more; otherwise HOLDERS_UNKNOWN. */
static enum holders look_without_table(pid_t pid, int errnum)
{
	struct proc_status status;

	if (errnum == ENOENT || errnum == ESRCH)
		/* /proc has no entry of a process that is there: it is hidden from us (hidepid) */
		return proc_is_gone(pid) ? HOLDERS_NONE : HOLDERS_UNKNOWN;
	return proc_status(pid, &status) == 0 && !status.fd_size ? HOLDERS_NONE : HOLDERS_UNKNOWN;
}

/* Does the work of holders_in_table(). Returns at least HOLDERS_UNKNOWN if the time is up, or if
 * the search passes over the process. Skips descriptors whose numbers are in the set known. Adds
 * the numbers of those that it looks at to the set read. Both sets may be NULL. */
static enum holders look_at_table(const struct holders_search *search, pid_t pid,
				  const struct numbers *known, struct numbers *read, bool *ret_any)
{
	_cleanup_closedir_ DIR *dir = NULL;
	enum holders found = HOLDERS_NONE;
	struct dirent *entry;
	char path[64];

	if (is_time_up(search) || is_stuck(search, pid))
		return HOLDERS_UNKNOWN;
	if (search->patience->at)
		atomic_store(search->patience->at, pid);
	snprintf(path, sizeof(path), "%d/fdinfo", pid);
	dir = proc_open_dir(path);
	if (!dir)
		return look_without_table(pid, errno);
	while (errno = 0, (entry = readdir(dir))) {
		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		*ret_any = true;
		if (known && has_number(known, entry->d_name))
			continue;
		if (read)
			add_number(read, entry->d_name);
		found = worse_holders(found,
				      look_at_descriptor(search, dirfd(dir), pid, entry->d_name));
		if (found == HOLDERS_SOME || is_time_up(search))
			return worse_holders(found, HOLDERS_UNKNOWN);
	}
	return errno ? worse_holders(found, look_without_table(pid, errno)) : found;
}

enum holders holders_in_table(const struct holders_search *search, pid_t pid, bool *ret_any)
{
	return look_at_table(search, pid, NULL, NULL, ret_any);
}

/* ---- one process ---- */

/* Calls fn for each thread of a process until fn returns HOLDERS_SOME. Returns the largest result
 * of fn (enum holders); HOLDERS_UNKNOWN if the time is up. If the threads cannot be listed, returns
 * the result of look_without_table(). */
static enum holders each_thread(const struct holders_search *search, pid_t process,
				enum holders (*fn)(const struct holders_search *search,
						   pid_t thread, void *data),
				void *data)
{
	_cleanup_closedir_ DIR *dir = NULL;
	enum holders found = HOLDERS_NONE;
	struct dirent *entry;
	char path[64];

	snprintf(path, sizeof(path), "%d/task", process);
	dir = proc_open_dir(path);
	if (!dir)
		return look_without_table(process, errno);
	while (found < HOLDERS_SOME && (entry = readdir(dir))) {
		pid_t thread = (pid_t)strtol(entry->d_name, NULL, 10);

		if (is_time_up(search))
			return HOLDERS_UNKNOWN;
		if (thread > 0)
			found = worse_holders(found, fn(search, thread, data));
	}
	return found;
}

/* The data of look_at_other(): skip the thread `first`, whose table was looked at already, and the
 * descriptor numbers in known (NULL: none). any: a table had a descriptor. */
struct other_thread {
	pid_t first;
	const struct numbers *known;
	bool any;
};

static enum holders look_at_other(const struct holders_search *search, pid_t thread, void *data)
{
	struct other_thread *other = data;

	if (thread == other->first)
		return HOLDERS_NONE;
	return look_at_table(search, thread, other->known, NULL, &other->any);
}

/* Looks at all threads of a process except other->first. Returns HOLDERS_NONE if the process has a
 * single thread. Returns HOLDERS_NONE also if its status cannot be read: it is gone, or hidden from
 * us, and so are its threads. */
static enum holders look_at_other_threads(const struct holders_search *search, pid_t process,
					  struct other_thread *other)
{
	struct proc_status status;

	if (proc_status(process, &status) < 0 || status.threads < 2)
		return HOLDERS_NONE;
	return each_thread(search, process, look_at_other, other);
}

enum holders holders_in_process(const struct holders_search *search, pid_t process, pid_t first,
				bool *ret_any)
{
	struct numbers numbers = {0};
	struct other_thread other = {.first = first ? first : process, .known = &numbers};
	enum holders found = look_at_table(search, other.first, NULL, &numbers, &other.any);

	if (found < HOLDERS_SOME)
		found = worse_holders(found, look_at_other_threads(search, process, &other));
	*ret_any = *ret_any || other.any;
	return found;
}

enum holders holders_in_other_threads(const struct holders_search *search, pid_t process)
{
	struct other_thread other = {.first = process};

	return look_at_other_threads(search, process, &other);
}

/* Looks at a process that was born since the open of the file. Looks at its other threads only if
 * its first thread has no descriptors, although the process lives. */
static enum holders look_at_born(const struct holders_search *search, pid_t process)
{
	bool any = false;
	enum holders found = HOLDERS_NONE;

	/* skip cocfs itself: its descriptors of files in the spool show the same inode numbers as
	 * files in the mount */
	if (proc_is_own(process))
		return HOLDERS_NONE;
	found = holders_in_table(search, process, &any);
	if (any || found == HOLDERS_SOME || proc_is_gone(process))
		return found;
	return holders_in_process(search, process, 0, &any);
}

/* ---- all processes that were born since the open ---- */

static bool is_born(const struct births *births, unsigned pid)
{
	if (births->all)
		return true;
	return births->from <= births->to ? pid > births->from && pid <= births->to
					  : pid > births->from || pid <= births->to;
}

/* The closer, the opener and those of their descendants that the search looks at first. */
struct family {
	const struct births *births;
	pid_t pids[HOLDERS_FAMILY_MAX];
	size_t n;
};

static bool is_in_family(const struct family *family, pid_t pid)
{
	for (size_t i = 0; i < family->n; i++)
		if (family->pids[i] == pid)
			return true;
	return false;
}

/* each_thread() calls this for a thread. Adds the thread's children that were born since the open
 * to the family (data). If there is no room or no time for a child, the search looks at the child
 * later, with all other processes. Returns HOLDERS_NONE always, so that each_thread() goes on. */
static enum holders add_children(const struct holders_search *search, pid_t thread, void *data)
{
	struct family *family = data;
	_cleanup_fclose_ FILE *file = NULL;
	char path[64];
	int fd, child;

	snprintf(path, sizeof(path), "%d/task/%d/children", thread, thread);
	fd = proc_open_file(path);
	file = fd < 0 ? NULL : fdopen(fd, "r");
	if (!file && fd >= 0)
		close(fd);
	while (file && family->n < HOLDERS_FAMILY_MAX && !is_time_up(search) &&
	       fscanf(file, "%d", &child) == 1)
		if (is_born(family->births, (unsigned)child) && !is_in_family(family, child))
			family->pids[family->n++] = child;
	return HOLDERS_NONE;
}

/* Adds the descendants of the processes in the family to the family, generation by generation, and
 * looks at each. Does not look at the processes that the family had before the call. */
static enum holders look_at_descendants(const struct holders_search *search, struct family *family)
{
	size_t n_ancestors = family->n;
	enum holders found = HOLDERS_NONE;

	for (size_t i = 0; i < family->n && found < HOLDERS_SOME && !is_time_up(search); i++) {
		if (i >= n_ancestors)
			found = worse_holders(found, look_at_born(search, family->pids[i]));
		if (found < HOLDERS_SOME)
			each_thread(search, family->pids[i], add_children, family);
	}
	return found;
}

/* Looks at each process in /proc that was born after the open and is not in the family, until one
 * is a holder or the time is up. */
static enum holders look_at_listed(const struct holders_search *search, const struct births *births,
				   const struct family *family)
{
	_cleanup_closedir_ DIR *dir = proc_open_dir(".");
	/* if /proc leaves processes out of its list, the list cannot show that there is no
	 * holder */
	enum holders found = search->sight->hides ? HOLDERS_UNKNOWN : HOLDERS_NONE;
	struct dirent *entry;

	if (!dir)
		return HOLDERS_UNKNOWN;
	while (errno = 0, (entry = readdir(dir))) {
		unsigned pid = (unsigned)strtoul(entry->d_name, NULL, 10);

		if (!pid || !is_born(births, pid) || is_in_family(family, (pid_t)pid))
			continue;
		found = worse_holders(found, look_at_born(search, (pid_t)pid));
		if (found == HOLDERS_SOME || is_time_up(search))
			break;
	}
	return errno || is_time_up(search) ? worse_holders(found, HOLDERS_UNKNOWN) : found;
}

enum holders holders_in_born(const struct holders_search *search, const struct births *births,
			     const pid_t ancestors[2])
{
	struct family family = {.births = births};
	enum holders found;

	for (int i = 0; i < 2; i++)
		if (ancestors[i] && !is_in_family(&family, ancestors[i]))
			family.pids[family.n++] = ancestors[i];
	found = look_at_descendants(search, &family);
	if (found == HOLDERS_SOME)
		return found;
	if (births->all || births->to < births->from || births->to - births->from > PROBE_MAX)
		return worse_holders(found, look_at_listed(search, births, &family));
	for (unsigned pid = births->from + 1; pid <= births->to && found < HOLDERS_SOME; pid++)
		if (!is_in_family(&family, (pid_t)pid))
			found = worse_holders(found, look_at_born(search, (pid_t)pid));
	return found;
}
