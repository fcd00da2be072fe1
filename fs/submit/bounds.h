/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_BOUNDS_H
#define COCFS_SUBMIT_BOUNDS_H

/* The bounds of what is under way, in doubt, or listed. In bytes unless the name says otherwise. */

/* Memory for the submissions of all users that are under way, wait or are in doubt: each has its
 * content, and SUBMISSION_BYTES beside it. What is queued is on the disk. */
#define SUBMISSIONS_MEMORY_MAX (64u << 20)
#define SUBMISSION_BYTES 4096

/* Submissions in doubt. With more of them nothing is sent from the queue, so that a service whose
 * answers are lost does not fill the memory. */
#define DOUBTS_MAX 4096

/* What is kept of the jobs of one name while a service lists them: IDs, projects, versions. 2,000
 * jobs have 140 KB; the API allows more than 1 MB for 1,000. */
#define LISTED_TEXT_MAX (192u << 10)

/* Requests that one iteration sends, and outcomes that it tells, together. A request with the
 * largest content takes 50 us: 3 ms. */
#define RELEASES_MAX 64

/* What .coc/queue shows at once; more are counted. A line has a path and a sentence: some MB. */
#define PENDING_LINES_MAX 10000
#define PENDING_TEXT_MAX (4u << 20)

/* Rows of the queue that are looked at in one slice: 2 ms. */
#define PENDING_AT_ONCE 250

#endif
