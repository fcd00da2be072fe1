/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_MISSING_H
#define COCFS_SUBMIT_MISSING_H

#include "bounds/api.h"
#include "submit/bounds.h"
#include "submit/id_set.h"
#include "submit/state.h"

/*
 * The jobs of the catalogue that were not in the list: those that are gone leave the catalogue.
 * missing.c has the essay.
 */

/* Called once with 0 or -errno (of the ledger), from an iteration of the loop, or from within
 * missing_begin(). It is the last touch. */
typedef void missing_done_fn(void *data, int result);

/* Zero-initialise it. What is above the line stays from one scan to the next. */
struct missing {
	char resume[COC_DOCUMENT_ID_ROOM]; /* the last ID that was asked for; "": begin with the
					      first */
	/* ---- */
	struct engine *engine; /* NULL: nothing is under way */
	const struct id_set *listed;
	missing_done_fn *done;
	void *data;
	struct loop_timer timer;	 /* of the next slice */
	char last[COC_DOCUMENT_ID_ROOM]; /* looked at */
	int64_t n_rows, n_missing;	 /* of the catalogue */
	int64_t n_accepted, n_vanished;	 /* of these, those that an earlier list had */
	char *ids[SCAN_SHOWS_MAX];	 /* to be asked for; owned */
	size_t n_ids, n_shown;
	struct coc_call *call;
};

/* Begins: looks for the jobs of the catalogue that are not listed (borrowed until the end), and
 * asks the service for some of them. */
void missing_begin(struct missing *missing, struct engine *engine, const struct id_set *listed,
		   missing_done_fn *done, void *data);

/* Stops: done is not called. One that is not under way is accepted. */
void missing_cancel(struct missing *missing);

#endif
