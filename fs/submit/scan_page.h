/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_SCAN_PAGE_H
#define COCFS_SUBMIT_SCAN_PAGE_H

#include "base/buf.h"
#include "bounds/api.h"
#include "coc/coc.h"

/*
 * A page of a scan, from the call for it until paging.c takes it. The answer of a page that was
 * asked for ahead may come before its turn. Then the page holds of it what paging.c looks at: the
 * total, and the ID of each row.
 */
struct scan_page {
	struct scan *scan; /* whose page it is: the call's */
	int64_t offset;
	bool is_asked;	       /* for this offset; else all below is zero */
	struct coc_call *call; /* that is under way; NULL: it was answered */
	struct buf ids;	       /* of the rows of an answer that is held: each ends with a NUL */
	size_t n_rows, n_unusable;
	int64_t total;
};

/* Holds an answer whose turn has not come. Returns 0, -ENOMEM, or -E2BIG for more rows than a page
 * has. */
int scan_page_hold(struct scan_page *page, const struct coc_answer *answer);

/* The answer that is held, as far as paging.c looks at it. Its rows are ret_rows, and good until
 * scan_page_end(). */
struct coc_answer scan_page_answer(const struct scan_page *page,
				   struct coc_summary ret_rows[COC_LIST_PAGE]);

/* It was taken, or is not wanted any more, and has no call under way. */
void scan_page_end(struct scan_page *page);

#endif
