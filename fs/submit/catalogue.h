/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_CATALOGUE_H
#define COCFS_SUBMIT_CATALOGUE_H

#include "base/buf.h"
#include "bounds/api.h"
#include "submit/submit.h"

/*
 * The catalogue: the jobs that the service has, as it listed them last. It is kept in the ledger,
 * and a scan makes it new when somebody wants to see it. Nothing that writes relies on it.
 * catalogue.c has the essay. This is what space knows of it.
 */
/*
 * Somebody is about to show the jobs. Returns 0 with *ret_waiter NULL: what is known may be shown
 * at once. 0 with a waiter: a scan is under way. Then done is called once, later and never from
 * within, unless submit_waiter_drop() came before. It gets 0 when what is known may be shown:
 * after the scan. It also gets 0 when the scan has failed, or takes longer than a submission may,
 * and jobs are known from before. Returns -errno, or done gets it, when no job is known.
 */
int catalogue_refresh(struct engine *engine, submit_done_fn *done, void *data,
		      struct waiter **ret_waiter);

/* ---- what is in it: catalogue_listing.c ---- */

/* The path that is bound to a job. */
struct catalogue_binding {
	const char *path;
	bool is_aside; /* the row is kept for its owner; another file has the name */
	struct holding holding;
};

/* May the reader see a job? binding NULL: no path of this space is bound to it. */
typedef bool catalogue_filter(void *data, const struct catalogue_binding *binding);

/* The text for .coc/jobs while it is written. Set what is above the line. has_file: is the file
 * there that the job is bound to? NULL: each is. */
struct catalogue_listing {
	const struct engine *engine;
	catalogue_filter *may_see, *has_file;
	void *data;
	/* ---- */
	struct buf *text;
	int64_t rows, hidden, more;
	char last[COC_DOCUMENT_ID_ROOM];
};

/*
 * Appends some of the jobs of the catalogue, in the order of their IDs a line each: ID VERSION
 * UPDATE_TIME MODIFIER PROJECT PATH NAME with tabs between, escaped (escape.h), "-" for what is not
 * told. At the end a line without a tab says how many jobs the reader may not see, and another one
 * how many are beyond JOBS_TEXT_MAX bytes. Call catalogue_refresh() before. Returns 1 if there is
 * more to be written, 0 at the end, or -errno.
 */
int catalogue_listing_write(struct catalogue_listing *listing, struct buf *text);

#endif
