/* SPDX-License-Identifier: MIT */
/*
 * An editor reads version 1 and closes the file. Another user writes version 2, and another program
 * reads the file here, say a search by cron: the file is refreshed, and version 2 is the base. Now
 * the editor saves. Its text was made from version 1. Nothing in the file says so; only the process
 * that saves tells it.
 *
 * So each process that reads a job file is noted (reading.c says when). A note says that the
 * process knows the base. When the base moves on, each note gets the version that its process
 * knows. A commit by such a process first moves the base back to the version that the process
 * knows. Then the check before an update (submit/base_check.c) finds the newer version in the way.
 *
 * An editor that saves may copy the file first, and call the copy a backup. Then it has read the
 * newer text, and yet it does not know that text: it saves the text that it read before. So if a
 * process writes the text that it read last to another file, it has read that text for the copy
 * only, and the older version counts. A copy outside the mount cannot be seen. Editors ask the user
 * there, because the time of the file has changed.
 *
 * The number of a process is used again after the process has ended. When a base moves, the notes
 * of processes that have ended are dropped. The other processes are pinned by a descriptor (pidfd),
 * which tells later whether the number still means that process. Pins are few: nearly all readers
 * have ended by then.
 *
 * The notes are bounded. One process has READER_FILES_MAX at most, so a search through all files
 * does not push an editor's note out. When there are READERS_MAX, the notes of ended processes are
 * dropped, then the oldest. A living process that has lost a note is marked: it may have read any
 * file. So when a base moves, a marked process without a note of the row gets one, which says that
 * it knows the older version. It must read the file once more before it writes, or it gets ESTALE.
 *
 * Only a version that another user wrote on the service moves a base here. For two programs on one
 * machine the mount is as any disk: the last one that writes wins.
 */
#define _GNU_SOURCE
#include "space/readers.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "space/bounds.h"
#include "space/proc.h"

struct reader {
	pid_t process;
	int64_t row;
	int64_t older; /* the version that the process has read; 0: the base */
	/* the older version that the process had read before it last read the base; 0: none */
	int64_t before;
	uint64_t text; /* the text that the process has read last: readers_text() */
	/* the note is a guess (guess_readers()): an earlier note of this process and row may have
	 * been lost */
	bool is_guess;
	int pidfd; /* -1: the process is not pinned */
	LIST_ENTRY(reader) bucket;
	TAILQ_ENTRY(reader) age;
};

void readers_init(struct readers *readers)
{
	TAILQ_INIT(&readers->by_age);
}

static unsigned bucket_of(int64_t row)
{
	return (unsigned)((uint64_t)row % READER_BUCKETS);
}

/* Records the older version that a process had read before it read the base; 0: none. */
static void set_before(struct readers *readers, struct reader *reader, int64_t before)
{
	readers->n_again += (before != 0) - (reader->before != 0);
	reader->before = before;
}

static void drop_reader(struct readers *readers, struct reader *reader)
{
	set_before(readers, reader, 0);
	LIST_REMOVE(reader, bucket);
	TAILQ_REMOVE(&readers->by_age, reader, age);
	readers->n--;
	if (reader->pidfd >= 0) {
		readers->n_pinned--;
		close(reader->pidfd);
	}
	free(reader);
}

void readers_finish(struct readers *readers)
{
	while (!TAILQ_EMPTY(&readers->by_age))
		drop_reader(readers, TAILQ_FIRST(&readers->by_age));
}

/* Has the process of this note ended? No for a process that is hidden from us. */
static bool has_ended(const struct reader *reader)
{
	struct pollfd poll_fd = {.fd = reader->pidfd, .events = POLLIN};

	if (reader->pidfd >= 0)
		return poll(&poll_fd, 1, 0) > 0;
	return kill(reader->process, 0) < 0 && errno == ESRCH;
}

static void pin_reader(struct readers *readers, struct reader *reader)
{
	if (reader->pidfd >= 0 || readers->n_pinned >= READERS_PINNED_MAX)
		return;
	reader->pidfd = (int)syscall(SYS_pidfd_open, reader->process, 0);
	readers->n_pinned += reader->pidfd >= 0;
}

static struct reader *find_reader(const struct readers *readers, pid_t process, int64_t row)
{
	struct reader *reader;

	LIST_FOREACH (reader, &readers->buckets[bucket_of(row)], bucket) {
		if (reader->row == row && reader->process == process)
			return reader;
	}
	return NULL;
}

static struct reader *add_reader(struct readers *readers, pid_t process, int64_t row)
{
	struct reader *reader = calloc(1, sizeof(*reader));

	if (!reader)
		return NULL;
	*reader = (struct reader){.process = process, .row = row, .pidfd = -1};
	LIST_INSERT_HEAD(&readers->buckets[bucket_of(row)], reader, bucket);
	TAILQ_INSERT_TAIL(&readers->by_age, reader, age);
	readers->n++;
	return reader;
}

static void drop_ended_marks(struct readers *readers)
{
	unsigned n = 0;

	for (unsigned i = 0; i < readers->n_marked; i++)
		if (!proc_is_gone(readers->marked[i]))
			readers->marked[n++] = readers->marked[i];
	readers->n_marked = n;
}

/* Marks a process: it has lost a note, so it may have read any file. Does nothing if
 * READERS_MARKED_MAX living processes are marked. */
static void mark_process(struct readers *readers, pid_t process)
{
	for (unsigned i = 0; i < readers->n_marked; i++)
		if (readers->marked[i] == process)
			return;
	if (readers->n_marked == READERS_MARKED_MAX)
		drop_ended_marks(readers);
	if (readers->n_marked < READERS_MARKED_MAX)
		readers->marked[readers->n_marked++] = process;
}

/* Drops the note that a process has read a row, because there is no room for it. The process is
 * marked: from now on it counts as one that may have read any file. */
static void lose_reader(struct readers *readers, struct reader *reader)
{
	mark_process(readers, reader->process);
	drop_reader(readers, reader);
}

/* Makes room for one more note if READERS_MAX are kept: drops the notes of processes that have
 * ended. If none has ended, the oldest note is lost (lose_reader()). */
static void make_room(struct readers *readers)
{
	struct reader *reader = TAILQ_FIRST(&readers->by_age), *next;

	if (readers->n < READERS_MAX)
		return;
	for (; reader; reader = next) {
		next = TAILQ_NEXT(reader, age);
		if (has_ended(reader))
			drop_reader(readers, reader);
	}
	while (readers->n >= READERS_MAX)
		lose_reader(readers, TAILQ_FIRST(&readers->by_age));
}

/* If a process has READER_FILES_MAX notes, drops the oldest of them. The process is reading these
 * files now, so they are the newest notes of all: the search goes backwards, and ends at the first
 * note of another process. */
static void bound_process(struct readers *readers, pid_t process)
{
	struct reader *reader, *oldest = NULL;
	unsigned n = 0;

	TAILQ_FOREACH_REVERSE(reader, &readers->by_age, reader_list, age)
	{
		if (reader->process != process)
			break;
		oldest = reader;
		if (++n == READER_FILES_MAX)
			break;
	}
	if (n == READER_FILES_MAX)
		lose_reader(readers, oldest);
}

uint64_t readers_text(const unsigned char *digest)
{
	uint64_t text = 0;

	if (digest)
		memcpy(&text, digest, sizeof(text));
	return text;
}

void readers_note(struct readers *readers, pid_t process, int64_t row, uint64_t text)
{
	struct reader *reader = find_reader(readers, process, row);

	if (!reader) {
		bound_process(readers, process);
		make_room(readers);
		reader = add_reader(readers, process, row);
		if (!reader)
			return;
	} else {
		TAILQ_REMOVE(&readers->by_age, reader, age);
		TAILQ_INSERT_TAIL(&readers->by_age, reader, age);
	}
	set_before(readers, reader, reader->is_guess ? 0 : reader->older);
	reader->older = 0;
	reader->is_guess = false;
	reader->text = text;
}

/* Gives each marked process that has no note of this row a note that it knows this version: it may
 * have read the version. version 0: no process gets a note. */
static void guess_readers(struct readers *readers, int64_t row, int64_t version)
{
	struct reader *reader;

	drop_ended_marks(readers);
	for (unsigned i = 0; i < readers->n_marked && version; i++) {
		if (find_reader(readers, readers->marked[i], row))
			continue;
		reader = add_reader(readers, readers->marked[i], row);
		if (!reader)
			return;
		reader->older = version;
		reader->is_guess = true;
		pin_reader(readers, reader);
	}
}

void readers_base_moves(struct readers *readers, int64_t row, int64_t from)
{
	struct reader *reader = LIST_FIRST(&readers->buckets[bucket_of(row)]), *next;

	for (; reader; reader = next) {
		next = LIST_NEXT(reader, bucket);
		if (reader->row != row)
			continue;
		if (has_ended(reader)) {
			drop_reader(readers, reader);
		} else if (!reader->older) {
			reader->older = from;
			pin_reader(readers, reader);
		}
	}
	guess_readers(readers, row, from);
}

void readers_move(struct readers *readers, int64_t row, int64_t to)
{
	struct reader *reader = LIST_FIRST(&readers->buckets[bucket_of(row)]), *next;

	for (; reader; reader = next) {
		next = LIST_NEXT(reader, bucket);
		if (reader->row != row)
			continue;
		LIST_REMOVE(reader, bucket);
		reader->row = to;
		LIST_INSERT_HEAD(&readers->buckets[bucket_of(to)], reader, bucket);
	}
}

bool readers_have_older(const struct readers *readers, int64_t row)
{
	const struct reader *reader;

	LIST_FOREACH (reader, &readers->buckets[bucket_of(row)], bucket) {
		if (reader->row == row && reader->older)
			return true;
	}
	return false;
}

int64_t readers_older(struct readers *readers, pid_t process, int64_t row)
{
	struct reader *reader = find_reader(readers, process, row);

	if (!reader || !reader->older)
		return 0;
	/* the process of this note has ended: another one has its number now */
	if (reader->pidfd >= 0 && has_ended(reader)) {
		drop_reader(readers, reader);
		return 0;
	}
	return reader->older;
}

void readers_copied(struct readers *readers, pid_t process, uint64_t text)
{
	struct reader *reader;
	unsigned n = 0;

	/* look at the newest notes only: an editor copies a file right before it saves the file */
	TAILQ_FOREACH_REVERSE(reader, &readers->by_age, reader_list, age)
	{
		if (n++ == READER_FILES_MAX)
			break;
		if (reader->process != process || !reader->before || reader->text != text)
			continue;
		reader->older = reader->before;
		set_before(readers, reader, 0);
		pin_reader(readers, reader);
	}
}

void readers_catch_up(struct readers *readers, pid_t process, int64_t row)
{
	struct reader *reader = find_reader(readers, process, row);

	if (!reader)
		return;
	reader->older = 0;
	set_before(readers, reader, 0);
}
