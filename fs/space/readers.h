/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_READERS_H
#define COCFS_SPACE_READERS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>
#include <sys/types.h>

#include "space/bounds.h"

/*
 * Which process has read which job file before its base moved: readers.c has the essay. A row is
 * that of the ledger. These functions know neither the mount nor the loop.
 */
#define READER_BUCKETS 256

struct reader;

struct readers {
	LIST_HEAD(, reader) buckets[READER_BUCKETS]; /* by row */
	TAILQ_HEAD(reader_list, reader) by_age;	     /* the oldest first */
	unsigned n, n_pinned;
	unsigned n_again; /* that have read the base after an older version */
	unsigned n_marked;
	pid_t marked[READERS_MARKED_MAX]; /* that have lost a note */
};

void readers_init(struct readers *readers);
void readers_finish(struct readers *readers);

/* A number that stands for a text: of its digest, NULL: 0, of no text. */
uint64_t readers_text(const unsigned char *digest);

/* A process reads the text that the base of a row has (readers_text()). Without memory it is not
 * noted. */
void readers_note(struct readers *readers, pid_t process, int64_t row, uint64_t text);

/* The base of a row moves on from a version, which the processes that have read it know. */
void readers_base_moves(struct readers *readers, int64_t row, int64_t from);

/* What is noted of a row is noted of another one from now on. */
void readers_move(struct readers *readers, int64_t row, int64_t to);

/* Has any process read an older version of a row than its base? */
bool readers_have_older(const struct readers *readers, int64_t row);

/* The older version that a process has read of a row, 0: none. */
int64_t readers_older(struct readers *readers, pid_t process, int64_t row);

/* A process has written this text to another file. It may have read this text as a base, after an
 * older version. Then that reading was for the copy, and the process knows the older version. */
void readers_copied(struct readers *readers, pid_t process, uint64_t text);

/* What a process has written is the base of a row now: it knows the base. */
void readers_catch_up(struct readers *readers, pid_t process, int64_t row);

#endif
