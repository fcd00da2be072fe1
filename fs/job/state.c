/* SPDX-License-Identifier: MIT */
#include "job/state.h"

static const char *const words[JOB_STATE_COUNT] = {
	[JOB_DRAFT] = "draft",	       [JOB_QUEUED] = "queued", [JOB_SUBMITTING] = "submitting",
	[JOB_SUBMITTED] = "submitted", [JOB_FAILED] = "failed", [JOB_IN_DOUBT] = "in-doubt",
};

#define TO(state) (1u << (state))

/* All legal moves. A move to the same state is always legal, and is not in the table. */
static const unsigned moves[JOB_STATE_COUNT] = {
	/* a commit records an intent, or is refused by the rules, or finds that the service has the
	 * content */
	[JOB_DRAFT] = TO(JOB_QUEUED) | TO(JOB_FAILED) | TO(JOB_SUBMITTED),
	/* the submission is sent, given up before a byte was sent, or found on the service already
	 */
	[JOB_QUEUED] = TO(JOB_SUBMITTING) | TO(JOB_FAILED) | TO(JOB_SUBMITTED),
	/* the answer is yes, no, later (429, or no connection), or lost */
	[JOB_SUBMITTING] = TO(JOB_SUBMITTED) | TO(JOB_FAILED) | TO(JOB_QUEUED) | TO(JOB_IN_DOUBT),
	/* the binding is forgotten, other content is written, or other content is refused */
	[JOB_SUBMITTED] = TO(JOB_DRAFT) | TO(JOB_QUEUED) | TO(JOB_FAILED),
	/* the file is written again, or a missing attribute is set; or the state before the failure
	 * comes back. A second failure is no move to another state */
	[JOB_FAILED] = TO(JOB_DRAFT) | TO(JOB_QUEUED) | TO(JOB_SUBMITTED),
	/* the service was asked: it has the job; or it has not, and that is reported, or the
	 * request is sent again */
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
