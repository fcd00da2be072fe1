/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_OUTCOME_H
#define COCFS_SUBMIT_OUTCOME_H

/* How a submission in memory ends. */
enum submission_outcome {
	OUTCOME_NONE,
	OUTCOME_HELD,	 /* the service holds this already: nothing was sent */
	OUTCOME_SETTLED, /* the service did it */
	OUTCOME_FAILED,	 /* it was not done and will not be */
	OUTCOME_REFUSED, /* it was given up before an intent was recorded */
	OUTCOME_DOUBT,	 /* nobody knows */
	OUTCOME_LATER,	 /* queued: it was not done, and is tried again */
};
#define OUTCOME_COUNT 7

#endif
