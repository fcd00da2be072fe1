/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "submit/scan_page.h"

#include <errno.h>
#include <string.h>

int scan_page_hold(struct scan_page *page, const struct coc_answer *answer)
{
	int r = answer->n_summaries > COC_LIST_PAGE ? -E2BIG : 0;

	for (size_t i = 0; r == 0 && i < answer->n_summaries; i++) {
		const char *id = answer->summaries[i].document_id;

		r = buf_append(&page->ids, id, strlen(id) + 1);
	}
	page->n_rows = answer->n_summaries;
	page->n_unusable = answer->n_unusable;
	page->total = answer->total;
	return r;
}

struct coc_answer scan_page_answer(const struct scan_page *page,
				   struct coc_summary ret_rows[COC_LIST_PAGE])
{
	char *id = page->ids.data;

	for (size_t i = 0; i < page->n_rows; i++, id += strlen(id) + 1)
		ret_rows[i] = (struct coc_summary){.document_id = id};
	return (struct coc_answer){
		.outcome = COC_DONE,
		.summaries = ret_rows,
		.n_summaries = page->n_rows,
		.n_unusable = page->n_unusable,
		.total = page->total,
	};
}

void scan_page_end(struct scan_page *page)
{
	buf_finish(&page->ids);
	*page = (struct scan_page){.scan = page->scan};
}
