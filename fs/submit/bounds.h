/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_BOUNDS_H
#define COCFS_SUBMIT_BOUNDS_H

/* The bounds of what is under way, in doubt, or listed. Sizes are in bytes unless the name says
 * otherwise. */

/* Memory for the submissions that writers wait for: waiting, under way or in doubt, of all users
 * together. Each counts its content and SUBMISSION_BYTES more. Queued submissions are on the disk,
 * and do not count. */
#define SUBMISSIONS_MEMORY_MAX (64u << 20)
#define SUBMISSION_BYTES 4096

/* The most submissions in doubt at the same time. While there are so many, nothing is sent from the
 * queue: a service whose answers are lost must not fill the memory. */
#define DOUBTS_MAX 4096

/* After -o rebind all that was queued before is in doubt. One iteration takes at most
 * REBOUND_AT_ONCE such submissions from the queue, to ask the service about them: this work holds
 * the loop about 2 ms. While REBOUND_DOUBTS_MAX submissions are in doubt, nothing is taken from the
 * queue. */
#define REBOUND_DOUBTS_MAX 256
#define REBOUND_AT_ONCE 32

/* Memory for the jobs of one name that the service lists: IDs, projects, versions. If they need
 * more, the list counts as incomplete. The texts of 2,000 jobs usually have 140 KB. The API allows
 * more than 1 MB for 1,000 jobs. */
#define LISTED_TEXT_MAX (192u << 10)

/* The most jobs of a create's name whose texts are compared with the create's own, one after the
 * other. If there are more, the create is refused (adoption.c). With 50 ms a call that is three
 * seconds of the create's time. */
#define ADOPTION_SHOWS_MAX 64

/* What a second look reads at most (second_look.c): new jobs of the create's name, and pages of the
 * list in all passes. Even one new job is rare; two hosts that create at the same moment make no
 * more. */
#define SECOND_LOOK_JOBS_MAX 8
#define SECOND_LOOK_PAGES_MAX 50

/* Requests that an iteration sends, and outcomes that it answers, together. A request counts once
 * more for each RELEASE_CONTENT bytes of its content: to prepare 60 KB takes up to 1 ms. */
#define RELEASES_MAX 64
#define RELEASE_CONTENT 8192

/* What one reading of .coc/queue shows at most: lines, and bytes. Further submissions are only
 * counted. A line has a path and a sentence, so this is some MB. */
#define PENDING_LINES_MAX 10000
#define PENDING_TEXT_MAX (4u << 20)

/* The most unfinished submissions that a call of submit_write_queue() looks at: the call holds the
 * loop about 2 ms. */
#define PENDING_AT_ONCE 250

/*
 * The catalogue. A scan makes at most SCAN_PAGES_MAX calls for pages. Each page brings 99 jobs:
 * that makes 200,000 jobs, and room for pages that are read again. Jobs beyond these are not shown.
 * At 200 ms a call such a scan takes eight minutes. SCAN_TIME_MAX_MS is its limit, waits for a
 * throttling service included.
 */
#define SCAN_PAGES_MAX 2500
#define SCAN_TIME_MAX_MS 900000
/* The most rows of the catalogue that a slice of work writes or looks at: it holds the loop about 1
 * ms. */
#define SCAN_ROWS_AT_ONCE 200
/* The most missing jobs that a scan asks the service for (missing.c): with 50 ms a call, five
 * seconds. */
#define SCAN_SHOWS_MAX 100

/*
 * Imports (placing.c, making.c). One iteration removes at most IMPORTS_AT_ONCE files: this takes 4
 * ms. If no thread can make files, one iteration makes at most as many. One iteration chooses the
 * names of at most NAMES_AT_ONCE files: this takes 3 ms, because the ledger is asked for each. When
 * there are NAMES_SIZE_MAX bytes of names, or all, one sync makes them durable: 5,000 names of 25
 * bytes. A sync for each file would take minutes for an account of 50,000 jobs.
 */
#define IMPORTS_AT_ONCE 200
#define NAMES_AT_ONCE 200
#define NAMES_SIZE_MAX (128u << 10)

/* The most text that a reading of .coc/jobs shows: 200,000 jobs with 300 bytes each. Jobs beyond
 * that are only counted. */
#define JOBS_TEXT_MAX (64u << 20)

/* From this version on each update warns how many versions are left. Ten are left then, so that
 * somebody sees the warning in time. */
#define VERSIONS_WARN_FROM 90

/*
 * Questions for single jobs (show.c). SHOWS_MAX of them are under way at most. While submissions
 * wait for a slot, only SHOWS_BUSY_MAX are, so that readers still go on. Further questions wait in
 * memory, SHOWS_QUESTIONS_MAX at most: a question takes some hundred bytes.
 */
#define SHOWS_MAX 64
#define SHOWS_BUSY_MAX 4
#define SHOWS_QUESTIONS_MAX 4096
/* How many jobs have their last check remembered (seen_jobs.c): 24 bytes each, 1.5 MB in all. If
 * there are more jobs, some of them are checked more often. */
#define SEEN_JOBS 65536
/* After a check of a job has failed, the next check of this job is due after this time. */
#define CHECK_AGAIN_MS 5000
/* After a call without an answer no question is asked for as long as that call took (show.c). These
 * are the least and the most that this time can be. */
#define SHOW_AWAY_MIN_MS 1000
#define SHOW_AWAY_MAX_MS 15000

#endif
