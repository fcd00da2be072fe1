/* SPDX-License-Identifier: MIT */
#include "space/recent_moves.h"

#include <stddef.h>
#include <string.h>

#include "bounds/job.h"
#include "space/bounds.h"

/* Returns the nth newest move of the ring, counted from 0. NULL: there are fewer, or this move's
 * time is over. */
static struct recent_move *nth_move(struct recent_moves *moves, unsigned n, int64_t now_ms)
{
	struct recent_move *move =
		&moves->moves[(moves->next + RECENT_MOVES_MAX - 1 - n) % RECENT_MOVES_MAX];

	return n < RECENT_MOVES_MAX && move->until_ms > now_ms ? move : NULL;
}

/* Returns the nth oldest move of a full ring, counted from 0. */
static struct recent_move *nth_oldest(struct recent_moves *moves, unsigned n)
{
	return &moves->moves[(moves->next + n) % RECENT_MOVES_MAX];
}

/* Returns the ID of the user with the most moves in a full ring. If several users have as many
 * moves, it is one of them. */
static uint32_t heaviest_user(struct recent_moves *moves)
{
	struct {
		uint32_t uid;
		unsigned n;
	} users[RECENT_MOVES_MAX];
	unsigned n_users = 0, at, most = 0;

	for (unsigned i = 0; i < RECENT_MOVES_MAX; i++) {
		uint32_t uid = nth_oldest(moves, i)->uid;

		for (at = 0; at < n_users && users[at].uid != uid; at++)
			;
		if (at == n_users) {
			users[n_users].uid = uid;
			users[n_users++].n = 0;
		}
		users[at].n++;
		if (users[at].n > users[most].n)
			most = at;
	}
	return users[most].uid;
}

/* Frees the entry for the next move. Drops a move whose time is over or that is forgotten,
 * otherwise the oldest move of the user with the most moves. So a user who moves many files takes
 * no entry from other users. */
static void make_room(struct recent_moves *moves, int64_t now_ms)
{
	uint32_t user;
	unsigned gone = 0;

	if (nth_oldest(moves, 0)->until_ms <= now_ms)
		return;
	while (gone < RECENT_MOVES_MAX && nth_oldest(moves, gone)->dir)
		gone++;
	if (gone == RECENT_MOVES_MAX) {
		user = heaviest_user(moves);
		for (gone = 0; nth_oldest(moves, gone)->uid != user; gone++)
			;
	}
	for (; gone > 0; gone--)
		*nth_oldest(moves, gone) = *nth_oldest(moves, gone - 1);
}

void recent_moves_note(struct recent_moves *moves, const struct recent_move *move, const char *name,
		       int64_t now_ms, int64_t kept_ms)
{
	struct recent_move *noted = &moves->moves[moves->next];

	if (strlen(name) > JOB_NAME_MAX)
		return;
	make_room(moves, now_ms);
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
