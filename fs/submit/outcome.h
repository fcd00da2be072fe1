/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_OUTCOME_H
#define COCFS_SUBMIT_OUTCOME_H

/* How a submission in memory has ended. */
enum submission_outcome {
	OUTCOME_NONE,
	OUTCOME_HELD,	 /* the service has this content already: no update was sent */
	OUTCOME_SETTLED, /* the service has done it */
	OUTCOME_FAILED,	 /* it was not done and will not be done */
	OUTCOME_REFUSED, /* it was given up before an intent was durable: nothing was sent */
	OUTCOME_DOUBT,	 /* it is not known whether the service has done it */
	OUTCOME_LATER,	 /* a queued submission that was not done, and is tried again */
};
#define OUTCOME_COUNT 7

#endif
