/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_RECENT_MOVES_H
#define COCFS_SPACE_RECENT_MOVES_H

#include <stdbool.h>
#include <stdint.h>

#include "bounds/job.h"
#include "space/bounds.h"

/*
 * Job files that were moved to another job's name a moment ago: what backup.c needs to know of
 * each. Pure, and in memory only: over a remount a rename stands alone. Directories and files are
 * their inode numbers; who removes one says so here, because the number may be given to another one
 * then.
 */
struct recent_move {
	uint64_t dir; /* where the file was; 0: the move is forgotten */
	char name[JOB_NAME_MAX + 1];
	uint64_t file; /* what was moved; 0: it is removed since */
	int64_t row;   /* the ledger's, which moved along */
	int32_t process;
	uint32_t uid;
	int64_t until_ms; /* on the loop's clock */
};

/* Zero-initialise it. Its size is all the memory that it needs. */
struct recent_moves {
	struct recent_move moves[RECENT_MOVES_MAX]; /* a ring, in the order of the moves */
	unsigned next;				    /* where the next one goes */
};

/* Notes a move at now_ms, to be kept for kept_ms, the same for all moves of a ring; until_ms is
 * filled in. A name that is longer than a job file's is not noted. In a full ring the oldest move
 * of the user who has the most makes room. */
void recent_moves_note(struct recent_moves *moves, const struct recent_move *move, const char *name,
		       int64_t now_ms, int64_t kept_ms);

/* The move of the file that had a name; NULL: there is none. */
struct recent_move *recent_moves_find(struct recent_moves *moves, uint64_t dir, const char *name,
				      int64_t now_ms);

/* The name is made again. */
void recent_move_forget(struct recent_move *move);

/* The file may be written: what was moved is no backup. */
void recent_moves_written(struct recent_moves *moves, uint64_t file, int64_t now_ms);

/* The file is removed. */
void recent_moves_file_gone(struct recent_moves *moves, uint64_t file, int64_t now_ms);

/* The directory is removed. */
void recent_moves_dir_gone(struct recent_moves *moves, uint64_t dir, int64_t now_ms);

#endif
