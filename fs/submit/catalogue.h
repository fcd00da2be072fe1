/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_CATALOGUE_H
#define COCFS_SUBMIT_CATALOGUE_H

#include "base/buf.h"
#include "bounds/api.h"
#include "submit/submit.h"

/*
 * The catalogue: the jobs that the service has, as it listed them last. The ledger keeps the
 * catalogue, and a scan refreshes it when somebody wants to see it. Nothing that writes relies on
 * it. The comment at the top of catalogue.c explains when it is refreshed. This header is for
 * fs/space.
 */
/*
 * Call this before the jobs are shown. Begins a scan if one is due.
 *
 * Returns 0 with *ret_waiter NULL if the jobs may be shown now, as they are known. Returns 0 with a
 * waiter if a scan is under way. Then done is called once, later and never from within this call,
 * unless submit_waiter_drop() came before. done gets 0 if the jobs may be shown then.
 *
 * If an earlier scan has read the list to its end, the result is also 0 when the new scan has
 * failed, or takes longer than timeout=. If no scan ever has, the result is a negative errno in
 * these cases: this call returns it, or done gets it.
 */
int catalogue_refresh(struct engine *engine, submit_done_fn *done, void *data,
		      struct waiter **ret_waiter);

/* ---- the text of .coc/jobs: catalogue_listing.c ---- */

/* A path that is bound to a job of the catalogue. */
struct catalogue_binding {
	const char *path;
	/* the row was set aside: it is kept for its owner, and its path does not lead to it */
	bool is_aside;
	struct holding holding;
};

/* A question about a job of the catalogue: may_see or has_file below. binding is NULL if no path of
 * this space is bound to the job; never for has_file. */
typedef bool catalogue_filter(void *data, const struct catalogue_binding *binding);

/* The state of one writing of .coc/jobs. Set the members above the line. may_see answers whether
 * the reader may see a job. has_file answers whether a path that is bound to a job still has its
 * file; NULL: assume that it has. Zero the other members. */
struct catalogue_listing {
	const struct engine *engine;
	catalogue_filter *may_see, *has_file;
	void *data;
	/* ---- below: for catalogue_listing_write() alone ---- */
	struct buf *text;
	int64_t rows, hidden, more;
	char last[COC_DOCUMENT_ID_ROOM];
};

/*
 * Appends some of the jobs of the catalogue, in the order of their IDs, one line each: ID VERSION
 * UPDATE_TIME MODIFIER PROJECT PATH NAME with tabs between, escaped (escape.h). A field that is not
 * known is "-". At the end a line without a tab says how many jobs the reader may not see, and
 * another one how many are beyond JOBS_TEXT_MAX bytes. Call catalogue_refresh() before. Returns 1
 * if there is more to write (call again), 0 at the end, or -errno.
 */
int catalogue_listing_write(struct catalogue_listing *listing, struct buf *text);

#endif
