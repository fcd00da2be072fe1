/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_SIMULATE_EXECUTION_STATE_H
#define COCFS_SERVICE_SIMULATE_EXECUTION_STATE_H

#include "service/simulate/plan.h"
#include "service/store/executions.h"

/* An execution as the store keeps it, made ready to be walked. */
struct track {
	struct plan plan;
	struct walk_act *acts;
	struct walk walk;
};

/* Makes it of what the store has; acts "": nothing was done to it yet. Returns 0 and a track to be
 * finished; -EIO with err filled: the acts are not of our making; -ENOMEM. */
int track_make(const struct store_run *run, const char *acts, struct track *ret_track,
	       struct err *err);

/* Frees what a track holds; a zeroed one is accepted. */
void track_finish(struct track *track);
#define _cleanup_track_ __attribute__((cleanup(track_finish)))

/* The time for an execution at now_ms: what has been done to it has been done, also if the clock was
 * put back since. */
static inline int64_t track_time(const struct store_execution *execution, int64_t now_ms)
{
	return now_ms < execution->change_ms ? execution->change_ms : now_ms;
}

/* How it goes on if nobody does anything more. */
void track_outlook(const struct track *track, struct store_outlook *ret_outlook);

/* Does something more to it, and appends that to the text of its acts. Returns 0 or -ENOMEM. */
int track_act(struct track *track, enum walk_act_kind kind, int64_t time_ms, struct buf *acts);

/* A step as a whole, from the places of all legs: it is as bad as the worst of its own. */
struct walk_place track_step(const struct track *track, const struct walk_place *places,
			     size_t number);

#endif
