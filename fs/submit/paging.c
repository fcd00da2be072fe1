/* SPDX-License-Identifier: MIT */
/*
 * Jobs are listed by offset, so a page begins where the list stands when it is asked for. When a
 * job is created or deleted between two pages, the rows behind it move: one may come twice, and one
 * not at all. That a job is not in the list proves something only if no row can have been passed
 * over.
 *
 * Pages overlap by one row, and a page has to begin with the last row of the page before.
 *
 * The total may not change. When a row is deleted before the place, and another row moves to the
 * front, the overlap shows nothing, and the total does.
 *
 * No row may come twice but the row of the overlap. Each row has to say which job it is: a row that
 * cannot be read may be any job.
 *
 * The end is where the rows are as many as the total says, or where a page has nothing new. A page
 * that is shorter than what was asked for is no end: the service may have a limit of its own. A
 * full page that ends at the total is no end either: a service that counts one page only says the
 * same. If the service says that there are more rows than it shows, or fewer, or does not say how
 * many there are, nothing is proved: rows may be missing behind a page that has nothing new.
 *
 * A job that is created during the pass may be missing all the same: it was not there throughout.
 */
#define _GNU_SOURCE
#include "submit/paging.h"

#include <string.h>

#include "bounds/api.h"

void paging_begin(struct paging *paging)
{
	paging_finish(paging);
	*paging = (struct paging){.total = -1};
}

void paging_finish(struct paging *paging)
{
	id_set_finish(&paging->ids);
}

/* Does the page go on where the one before has ended? */
static bool goes_on(const struct paging *paging, const struct coc_answer *page)
{
	return page->total == paging->total && page->n_summaries &&
	       !strcmp(page->summaries[0].document_id, paging->last_id);
}

/* What the pass proves after a page with so many new rows. */
static enum paging_step paging_step_of(const struct paging *paging, const struct coc_answer *page,
				       size_t n_new)
{
	bool is_end =
		!n_new || (paging->rows == paging->total && page->n_summaries != COC_LIST_PAGE);

	if (!is_end)
		return PAGING_MORE;
	return paging->total == paging->rows ? PAGING_WHOLE : PAGING_FLAWED;
}

int paging_take(struct paging *paging, const struct coc_answer *page, size_t *ret_first)
{
	size_t first = paging->begun, n = page->n_summaries;

	*ret_first = 0;
	/* what nobody has asked for is no page */
	if (page->n_unusable || n > COC_LIST_PAGE)
		return PAGING_FLAWED;
	if (!paging->begun)
		paging->total = page->total;
	else if (!goes_on(paging, page))
		return PAGING_MOVED;
	for (size_t i = first; i < n; i++) {
		int r = id_set_add(&paging->ids, page->summaries[i].document_id);

		if (r <= 0)
			return r < 0 ? r : PAGING_MOVED;
	}
	*ret_first = first;
	paging->begun = true;
	paging->rows += (int64_t)(n - first);
	paging->offset = paging->rows - 1;
	memset(paging->last_id, 0, sizeof(paging->last_id));
	if (n) /* one that is cut is not found again, and the pass proves nothing */
		strncpy(paging->last_id, page->summaries[n - 1].document_id,
			sizeof(paging->last_id) - 1);
	return paging_step_of(paging, page, n - first);
}
