/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_MISSING_H
#define COCFS_SUBMIT_MISSING_H

#include "bounds/api.h"
#include "submit/bounds.h"
#include "submit/id_set.h"
#include "submit/state.h"

/*
 * Finds the jobs of the catalogue that a scan's list lacks, and asks the service for some of them.
 * If the service says that a job is gone, removes the job from the catalogue. The comment at the
 * top of missing.c has the rules.
 */

/* Called once with 0 or -errno (of the ledger), from an iteration of the loop, or from within
 * missing_begin(). Nothing touches the struct missing afterwards. */
typedef void missing_done_fn(void *data, int result);

/* The check of missing jobs. Zero-initialise it. The members above the line stay from one scan to
 * the next. */
struct missing {
	/* the last missing job that the service was asked for; the next check asks for the jobs
	 * behind it. "": begin with the first */
	char resume[COC_DOCUMENT_ID_ROOM];
	/* ---- the members of one check ---- */
	struct engine *engine; /* NULL: no check is under way */
	const struct id_set *listed;
	missing_done_fn *done;
	void *data;
	struct loop_timer timer;	 /* runs when the next slice is due */
	char last[COC_DOCUMENT_ID_ROOM]; /* the last job of the catalogue that was looked at */
	/* rows of the catalogue so far, and those of them that are missing */
	int64_t n_rows, n_missing;
	/* those that were in an earlier list of this account (missing.c), and those of them that
	 * are missing */
	int64_t n_accepted, n_vanished;
	char *ids[SCAN_SHOWS_MAX]; /* the jobs that the service is asked for; owned */
	size_t n_ids, n_shown;
	struct coc_call *call;
};

/* Begins the check: looks for jobs of the catalogue that are not in `listed` (borrowed until the
 * end), and asks the service for some of them. */
void missing_begin(struct missing *missing, struct engine *engine, const struct id_set *listed,
		   missing_done_fn *done, void *data);

/* Stops the check: done is not called. Does nothing if no check is under way. */
void missing_cancel(struct missing *missing);

#endif
