/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_SOUNDNESS_H
#define COCFS_SUBMIT_SOUNDNESS_H

#include "submit/state.h"

/* Nothing is sent from a ledger that may be damaged: soundness.c has the essay. */

/* Begins the check of the ledger, if it is to be checked. Returns 0 or -ENOMEM. */
int soundness_begin(struct engine *engine);

/* At the end of an iteration: begins a check that is to be made again. */
void soundness_go_on(struct engine *engine);

/* Ends a check that is under way. */
void soundness_finish(struct engine *engine);

/* May requests be sent that change what the service has, and may it be concluded what became of
 * such a request? */
static inline bool soundness_is_clear(const struct engine *engine)
{
	return engine->soundness.state == SOUNDNESS_CLEAR;
}

/* -EUCLEAN with err filled if the ledger is damaged, else 0. */
int soundness_refuse_damage(const struct engine *engine, struct err *err);

/* The same, and -EINTR if the mount ends before that is known: a submission need not wait then. */
int soundness_refuse(const struct engine *engine, struct err *err);

/* Refuses what waits, if soundness_refuse() says so. */
void soundness_refuse_waiting(struct engine *engine);

#endif
