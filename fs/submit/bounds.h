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

/* Of what was queued before -o rebind so many are in doubt at once; with more of them in doubt,
 * nothing is taken from the queue. And so many are taken in one iteration: 2 ms. */
#define REBOUND_DOUBTS_MAX 256
#define REBOUND_AT_ONCE 32

/* What is kept of the jobs of one name while a service lists them: IDs, projects, versions. 2,000
 * jobs have 140 KB; the API allows more than 1 MB for 1,000. */
#define LISTED_TEXT_MAX (192u << 10)

/* Jobs of a create's name whose texts are compared with its own, one after the other: with 50 ms a
 * call, three seconds of the create's time. */
#define ADOPTION_SHOWS_MAX 64

/* What a create looks at when it was done: jobs of its name that are new, and pages of the list in
 * all passes. One new job is seldom, two hosts at once make no more. */
#define SECOND_LOOK_JOBS_MAX 8
#define SECOND_LOOK_PAGES_MAX 50

/* Requests that an iteration sends, and outcomes that an iteration tells, together. A request
 * counts once more for each RELEASE_CONTENT of its content: to make 60 KB ready takes up to 1 ms.
 */
#define RELEASES_MAX 64
#define RELEASE_CONTENT 8192

/* What .coc/queue shows at once; more are counted. A line has a path and a sentence: some MB. */
#define PENDING_LINES_MAX 10000
#define PENDING_TEXT_MAX (4u << 20)

/* Rows of the queue that are looked at in one slice: 2 ms. */
#define PENDING_AT_ONCE 250

/*
 * The catalogue. A scan makes at most so many calls for pages. Each page brings 99
 * jobs: that makes 200,000 jobs, and room for pages that are read again. What is behind is not
 * shown. At 200 ms a call it takes eight minutes, and it has at most so long, waits for a service
 * that is throttling included.
 */
#define SCAN_PAGES_MAX 2500
#define SCAN_TIME_MAX_MS 900000
/* Rows of the catalogue that are written, or looked at, in one piece of work: 1 ms. */
#define SCAN_ROWS_AT_ONCE 200
/* Missing jobs that a scan asks for: with 50 ms a call, five seconds. */
#define SCAN_SHOWS_MAX 100

/*
 * Imports (placing.c, making.c). So many files are removed in one iteration, or made if no thread
 * makes them: 4 ms. So many names are given in one: 3 ms, as the ledger is asked for each. The
 * names of so many bytes become durable together, 5,000 of 25 bytes: a sync for each file would
 * take minutes for an account of 50,000.
 */
#define IMPORTS_AT_ONCE 200
#define NAMES_AT_ONCE 200
#define NAMES_SIZE_MAX (128u << 10)

/* What .coc/jobs shows at once: 200,000 jobs with 300 bytes each. Jobs behind it are counted. */
#define JOBS_TEXT_MAX (64u << 20)

/* From this version on each update tells how many are left: ten, so that somebody sees it in
 * time. */
#define VERSIONS_WARN_FROM 90

/*
 * Questions for single jobs (show.c). So many are under way at once, and so many while submissions
 * wait for a slot: some, so that readers go on. More wait for their turn, in memory: one has some
 * hundred bytes.
 */
#define SHOWS_MAX 64
#define SHOWS_BUSY_MAX 4
#define SHOWS_QUESTIONS_MAX 4096
/* Jobs whose last check is remembered: 24 bytes each, 1.5 MB when all are used. Of more jobs some
 * are asked for again. */
#define SEEN_JOBS 65536
/* After a check that failed for one job the next one of this job is due. */
#define CHECK_AGAIN_MS 5000
/* How long nobody is asked after a call without an answer: as long as that call took, within
 * these. */
#define SHOW_AWAY_MIN_MS 1000
#define SHOW_AWAY_MAX_MS 15000

#endif
