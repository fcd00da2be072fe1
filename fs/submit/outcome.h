/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_OUTCOME_H
#define COCFS_SUBMIT_OUTCOME_H

/* How a submission in memory has ended. */
enum submission_outcome {
	OUTCOME_NONE,
	OUTCOME_HELD,	 /* the service has this content already: nothing was sent */
	OUTCOME_SETTLED, /* the service has done the request */
	OUTCOME_FAILED,	 /* the request was not done, and is not sent again */
	OUTCOME_REFUSED, /* given up before its intent was durable: nothing was sent */
	/* it is not known whether the service has done the request: the answer was lost */
	OUTCOME_DOUBT,
	OUTCOME_LATER, /* a queued submission that was not done, and is tried again */
};
#define OUTCOME_COUNT 7

#endif
