/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_SOUNDNESS_H
#define COCFS_SUBMIT_SOUNDNESS_H

#include "submit/state.h"

/* Nothing is sent while the ledger may be damaged: see the comment at the top of soundness.c. */

/* Begins the check of the ledger, if the ledger is still unchecked after a crash. Returns 0 or
 * -ENOMEM. */
int soundness_begin(struct engine *engine);

/* Call this at the end of each iteration. If the check could not be made or was stopped, begins it
 * again when that is due. */
void soundness_go_on(struct engine *engine);

/* Stops a check of the ledger that is under way, and frees what it has found. */
void soundness_finish(struct engine *engine);

/* Is the ledger known to be sound? Only then requests may be sent that change what the service has,
 * and only then the outcome of a lost answer may be concluded. */
static inline bool soundness_is_clear(const struct engine *engine)
{
	return engine->soundness.state == SOUNDNESS_CLEAR;
}

/* Returns -EUCLEAN with err filled if the ledger is damaged, else 0. */
int soundness_refuse_damage(const struct engine *engine, struct err *err);

/* Returns -EUCLEAN with err filled if the ledger is damaged. Returns -EINTR with err filled if the
 * mount ends while the ledger is not known to be sound: a submission that waits would never be
 * sent. Else returns 0. */
int soundness_refuse(const struct engine *engine, struct err *err);

/* If soundness_refuse() fails, fails all submissions that wait for a slot, with its error. */
void soundness_refuse_waiting(struct engine *engine);

#endif
