/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_SCAN_OUTCOME_H
#define COCFS_SUBMIT_SCAN_OUTCOME_H

/* How a scan has ended. */
enum scan_outcome {
	/* the list was read to its end and stood still: each job that the mount's keys may see
	 * was in it */
	SCAN_WHOLE,
	SCAN_READ,   /* the list was read to its end, but rows moved meanwhile */
	SCAN_FAILED, /* the list was not read to its end */
};

#endif
