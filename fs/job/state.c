/* SPDX-License-Identifier: MIT */
#include "job/state.h"

static const char *const words[JOB_STATE_COUNT] = {
	[JOB_DRAFT] = "draft",	       [JOB_QUEUED] = "queued", [JOB_SUBMITTING] = "submitting",
	[JOB_SUBMITTED] = "submitted", [JOB_FAILED] = "failed", [JOB_IN_DOUBT] = "in-doubt",
};

#define TO(state) (1u << (state))

/* Every legal move; a move to the same state is none and always legal. */
static const unsigned moves[JOB_STATE_COUNT] = {
	/* a commit records an intent, is refused by the rules, or finds that the service has it */
	[JOB_DRAFT] = TO(JOB_QUEUED) | TO(JOB_FAILED) | TO(JOB_SUBMITTED),
	/* it is sent, given up before a byte left, or found to be what the service has */
	[JOB_QUEUED] = TO(JOB_SUBMITTING) | TO(JOB_FAILED) | TO(JOB_SUBMITTED),
	/* yes, no, later (429, no connection), or no answer */
	[JOB_SUBMITTING] = TO(JOB_SUBMITTED) | TO(JOB_FAILED) | TO(JOB_QUEUED) | TO(JOB_IN_DOUBT),
	/* other content is written, the binding is forgotten, or the new content is refused */
	[JOB_SUBMITTED] = TO(JOB_DRAFT) | TO(JOB_QUEUED) | TO(JOB_FAILED),
	/* written anew or the attribute set; refused again is the same state; or as it was
	 * before */
	[JOB_FAILED] = TO(JOB_DRAFT) | TO(JOB_QUEUED) | TO(JOB_SUBMITTED),
	/* the service was asked: it has it; it has it not, and that is told, or it is sent again */
	[JOB_IN_DOUBT] = TO(JOB_SUBMITTED) | TO(JOB_FAILED) | TO(JOB_QUEUED),
};

const char *job_state_word(enum job_state state)
{
	return words[state];
}

bool job_state_may_move(enum job_state from, enum job_state to)
{
	return from == to || (moves[from] & TO(to));
}

bool job_state_is_unfinished(enum job_state state)
{
	return state == JOB_QUEUED || state == JOB_SUBMITTING || state == JOB_IN_DOUBT;
}
