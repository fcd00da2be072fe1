/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_RECENT_MOVES_H
#define COCFS_SPACE_RECENT_MOVES_H

#include <stdbool.h>
#include <stdint.h>

#include "bounds/job.h"
#include "space/bounds.h"

/*
 * Files that were moved away from a job file name a moment ago: backup.c and moved_away.c ask for
 * them. Pure code, in memory only: the moves are lost at a remount. A directory and a file are
 * known by their inode numbers. Report a removed file or directory with recent_moves_file_gone() or
 * recent_moves_dir_gone(), because the spool may give its number to another file then.
 */
struct recent_move {
	uint64_t dir; /* the inode number of the old directory; 0: this move is forgotten */
	char name[JOB_NAME_MAX + 1];
	uint64_t file;	  /* the inode number of the moved file; 0: the file was removed since */
	int64_t row;	  /* the ledger's row that moved with the file; 0: none did */
	int32_t process;  /* the process that moved the file (Tgid); 0: unknown */
	uint32_t uid;	  /* the user who moved the file */
	int64_t until_ms; /* when the move is forgotten, on the loop's clock */
};

/* The moves of a mount, at most RECENT_MOVES_MAX. Zero-initialise this struct. It owns no other
 * memory. */
struct recent_moves {
	struct recent_move moves[RECENT_MOVES_MAX]; /* a ring, in the order of the moves */
	unsigned next;				    /* the index in moves that the next move gets */
};

/* Notes a move at now_ms, to be kept for kept_ms (the same value for all moves of a ring). name:
 * the old name of the file; the function fills in the members name and until_ms. A move from a name
 * longer than JOB_NAME_MAX is not noted. If the ring is full, a forgotten move is dropped; without
 * one, the oldest move of the user with the most moves. */
void recent_moves_note(struct recent_moves *moves, const struct recent_move *move, const char *name,
		       int64_t now_ms, int64_t kept_ms);

/* Returns the newest move of a file away from this name in this directory, valid until the next
 * recent_moves_note(). NULL: none. */
struct recent_move *recent_moves_find(struct recent_moves *moves, uint64_t dir, const char *name,
				      int64_t now_ms);

/* Forgets a move, because a new file has taken the old name. */
void recent_move_forget(struct recent_move *move);

/* Forgets the moves of a file, because a program may write to the file. A file that is written is
 * no backup. */
void recent_moves_written(struct recent_moves *moves, uint64_t file, int64_t now_ms);

/* Sets the member file to 0 in the moves of this file, because the file was removed. */
void recent_moves_file_gone(struct recent_moves *moves, uint64_t file, int64_t now_ms);

/* Forgets the moves out of a directory, because the directory was removed. */
void recent_moves_dir_gone(struct recent_moves *moves, uint64_t dir, int64_t now_ms);

#endif
