/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_SCAN_PAGE_H
#define COCFS_SUBMIT_SCAN_PAGE_H

#include "base/buf.h"
#include "bounds/api.h"
#include "coc/coc.h"

/*
 * A page of a scan, from the call for it until paging.c takes it. The answer of a page that was
 * asked for ahead may come before its turn. Then the page keeps what paging.c needs of the answer:
 * the total, and the ID of each row.
 */
struct scan_page {
	struct scan *scan; /* the scan that the page belongs to; the call's callback needs it */
	int64_t offset;
	bool is_asked; /* the page at offset was asked for. If not, the members below are zero */
	struct coc_call *call; /* NULL: no call is under way: not asked, or answered already */
	struct buf ids;	       /* IDs of the rows of a held answer; each ends with a NUL */
	size_t n_rows, n_unusable;
	int64_t total;
};

/* Holds the parts of an answer whose turn has not come. Returns 0, -ENOMEM, or -E2BIG if the answer
 * has more rows than a page can have. After a failure call scan_page_end(). */
int scan_page_hold(struct scan_page *page, const struct coc_answer *answer);

/* Returns the held answer, with only the parts that paging.c needs. Its rows are in ret_rows, and
 * their IDs are valid until scan_page_end(). */
struct coc_answer scan_page_answer(const struct scan_page *page,
				   struct coc_summary ret_rows[COC_LIST_PAGE]);

/* Frees the held answer, after it was taken or is not wanted any more. No call may be under way. */
void scan_page_end(struct scan_page *page);

#endif
