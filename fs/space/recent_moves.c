/* SPDX-License-Identifier: MIT */
#include "space/recent_moves.h"

#include <stddef.h>
#include <string.h>

#include "bounds/job.h"
#include "space/bounds.h"

/* The nth newest move, from 0; NULL: there are no more that are not over. */
static struct recent_move *nth_move(struct recent_moves *moves, unsigned n, int64_t now_ms)
{
	struct recent_move *move =
		&moves->moves[(moves->next + RECENT_MOVES_MAX - 1 - n) % RECENT_MOVES_MAX];

	return n < RECENT_MOVES_MAX && move->until_ms > now_ms ? move : NULL;
}

void recent_moves_note(struct recent_moves *moves, const struct recent_move *move, const char *name,
		       int64_t now_ms, int64_t kept_ms)
{
	struct recent_move *noted = &moves->moves[moves->next];

	if (strlen(name) > JOB_NAME_MAX)
		return;
	*noted = *move;
	strcpy(noted->name, name);
	noted->until_ms = now_ms + kept_ms;
	moves->next = (moves->next + 1) % RECENT_MOVES_MAX;
}

struct recent_move *recent_moves_find(struct recent_moves *moves, uint64_t dir, const char *name,
				      int64_t now_ms)
{
	struct recent_move *move;

	for (unsigned n = 0; (move = nth_move(moves, n, now_ms)); n++)
		if (move->dir == dir && !strcmp(move->name, name))
			break;
	return move;
}

void recent_move_forget(struct recent_move *move)
{
	move->dir = 0;
}

void recent_moves_written(struct recent_moves *moves, uint64_t file, int64_t now_ms)
{
	struct recent_move *move;

	for (unsigned n = 0; (move = nth_move(moves, n, now_ms)); n++)
		if (move->file == file)
			recent_move_forget(move);
}

void recent_moves_file_gone(struct recent_moves *moves, uint64_t file, int64_t now_ms)
{
	struct recent_move *move;

	for (unsigned n = 0; (move = nth_move(moves, n, now_ms)); n++)
		if (move->file == file)
			move->file = 0;
}

void recent_moves_dir_gone(struct recent_moves *moves, uint64_t dir, int64_t now_ms)
{
	struct recent_move *move;

	for (unsigned n = 0; (move = nth_move(moves, n, now_ms)); n++)
		if (move->dir == dir)
			recent_move_forget(move);
}
