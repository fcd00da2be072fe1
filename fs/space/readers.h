/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_READERS_H
#define COCFS_SPACE_READERS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>
#include <sys/types.h>

#include "space/bounds.h"

/*
 * Which process has read which version of a job file. The essay is in readers.c. A row is the
 * number of a file's row in the ledger. The base of a row is the version that the file's text is
 * based on. These functions know neither the mount nor the loop.
 */
#define READER_BUCKETS 256

struct reader;

struct readers {
	LIST_HEAD(, reader) buckets[READER_BUCKETS]; /* the notes, by the hash of their row */
	TAILQ_HEAD(reader_list, reader) by_age;	     /* the notes, oldest first */
	/* n: how many notes there are. n_pinned: how many of them have a pidfd, which tells that
	 * the process has ended even if another process has its number by then */
	unsigned n, n_pinned;
	/* how many notes say that the process had read an older version before it read the base */
	unsigned n_again;
	unsigned n_marked; /* how many processes are in marked */
	/* processes that have lost a note */
	pid_t marked[READERS_MARKED_MAX];
};

/* Prepares zero-initialised readers, without notes. readers_finish() frees all notes. */
void readers_init(struct readers *readers);
void readers_finish(struct readers *readers);

/* Returns a number that stands for a text: the first bytes of its digest. Returns 0 if digest is
 * NULL: there is no text. */
uint64_t readers_text(const unsigned char *digest);

/* Notes that a process has read the base of a row. text is readers_text() of that base. If memory
 * is short, nothing is noted. */
void readers_note(struct readers *readers, pid_t process, int64_t row, uint64_t text);

/* Call this function when the base of a row moves on from the version `from`. The processes that
 * have read the base until now know the version `from`, and not the new base. */
void readers_base_moves(struct readers *readers, int64_t row, int64_t from);

/* Moves all notes of one row of the ledger (row) to another row (to), because the job moved
 * there. */
void readers_move(struct readers *readers, int64_t row, int64_t to);

/* Has any process read a version of this row that is older than its base? */
bool readers_have_older(const struct readers *readers, int64_t row);

/* Returns the version of a row that a process knows, if that version is older than the base. 0: the
 * process has read the base, or no note says what the process has read, or the process of the note
 * has ended. */
int64_t readers_older(struct readers *readers, pid_t process, int64_t row);

/* Call this function when a process has written this text to another file. If the process has read
 * the text as a base, after an older version, it has read the base for the copy only. Then the
 * process counts as one that knows the older version. */
void readers_copied(struct readers *readers, pid_t process, uint64_t text);

/* Call this function when the text that a process wrote has become the base of a row: the process
 * knows that base. */
void readers_catch_up(struct readers *readers, pid_t process, int64_t row);

#endif
