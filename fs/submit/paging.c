/* SPDX-License-Identifier: MIT */
/*
 * Jobs are listed by offset, so a page begins where the list stands when it is asked for. When a
 * job is created or deleted between two pages, the rows behind it move: a row may come twice, or
 * not at all. So that a job is not in the list proves something only if no row can have been passed
 * over. The following rules see to that.
 *
 * Pages overlap by one row, and a page has to begin with the last row of the page before.
 *
 * The total that each page tells may not change. Suppose a row before the overlap is deleted, and
 * another row moves to the front. The row of the overlap stays in its place, but the total shows
 * the deletion.
 *
 * No row may come twice, except the row of the overlap. Each row has to say which job it is: a row
 * that cannot be read may be any job.
 *
 * A page may be asked for before the page in front of it is answered (scan.c), so the service may
 * look at the two pages in either order. A row is passed over only if it changes sides with the row
 * of the overlap between the two looks. A row that moves to the front shifts the row of the
 * overlap. Only the deletion of a row before the overlap shifts it back, and the total shows that.
 * If the service looks at the later page first, the row of the overlap may itself move to the
 * front. To come back to its place, it would need about a hundred rows that move to the front
 * before the second look. That is accepted: a job that a pass misses is not removed for that alone,
 * because the service is asked for it (missing.c).
 *
 * The list ends where as many rows were seen as the total says, or where a page has nothing new. A
 * page that is shorter than what was asked for is no end: the service may have a limit of its own.
 * A full page that ends at the total is no end either: a service that reports the rows of one page
 * as the total looks the same. Sometimes the service claims more rows than it shows, or fewer, or
 * does not say how many there are. Then nothing is proved: rows may be missing behind a page that
 * has nothing new.
 *
 * A job that is created during the pass may be missing all the same: it was not there throughout.
 *
 * A list of hundreds of pages seldom stands still for one pass. A pass that reads on still has to
 * see all rows then, though it proves nothing. If a page has no row that was seen before, rows that
 * now stand before this page may be unseen. So the page before is read again, until a page has a
 * row that was seen. A row that moves to the front of the list (an update does that if the list is
 * ordered by update time) is missed. So if there are more rows than were seen, the list is read
 * from its beginning again, until all are seen, at most PAGING_ROUNDS_MAX times in all.
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

void paging_begin_long(struct paging *paging)
{
	paging_begin(paging);
	paging->reads_on = true;
}

void paging_finish(struct paging *paging)
{
	id_set_finish(&paging->ids);
}

/* Does this page begin with the last row of the page before, under the same total? */
static bool begins_with_overlap(const struct paging *paging, const struct coc_answer *page)
{
	return page->total == paging->total && page->n_summaries &&
	       !strcmp(page->summaries[0].document_id, paging->last_id);
}

/* Returns what follows after a page with n_new new rows: more pages, or what the pass proves at its
 * end. */
static enum paging_step paging_step_of(const struct paging *paging, const struct coc_answer *page,
				       size_t n_new)
{
	bool is_end =
		!n_new || (paging->rows == paging->total && page->n_summaries != COC_LIST_PAGE);

	if (!is_end)
		return PAGING_MORE;
	return paging->total == paging->rows ? PAGING_WHOLE : PAGING_FLAWED;
}

/* Moves the offset back by one page, less the row of the overlap, but not before the beginning of
 * the list. */
static void step_back(struct paging *paging)
{
	paging->offset -= COC_LIST_PAGE - 1;
	if (paging->offset < 0)
		paging->offset = 0;
}

/* Were as many rows seen as this page says there are? If the page does not say a total, the answer
 * is yes. */
static bool has_seen_all(const struct paging *paging, const struct coc_answer *page)
{
	return page->total < 0 || (int64_t)paging->ids.n + paging->n_unusable >= page->total;
}

/* Does the list end with this page of n rows? The rules are those of paging_step_of(), for rows
 * that may have moved. any_new: the page has a row that was not seen before. */
static bool ends_list(const struct paging *paging, const struct coc_answer *page, size_t n,
		      bool any_new)
{
	if (n <= 1)
		return true;
	if (page->total < 0 || paging->offset + (int64_t)n < page->total)
		return false;
	return n != COC_LIST_PAGE || (!any_new && paging->offset >= page->total);
}

/*
 * Does this page connect with the part of the list that was seen? Yes if the page has a row that
 * was seen: all rows that were seen stand before the next offset, so no unseen row is between. Yes
 * also if a row of the page cannot be read: it may be the row of the overlap. Yes for the first
 * page of the list.
 */
static bool touches_seen(const struct paging *paging, const struct coc_answer *page)
{
	bool touches = !paging->offset || page->n_unusable;

	for (size_t i = 0; !touches && i < page->n_summaries; i++)
		touches = id_set_has(&paging->ids, page->summaries[i].document_id);
	return touches;
}

/* Takes a page of a pass that reads on (paging_begin_long()), after rows have moved: the pass
 * proves nothing any more. Returns PAGING_MORE, PAGING_READ or -ENOMEM. */
static int take_moved_page(struct paging *paging, const struct coc_answer *page)
{
	const size_t n = page->n_summaries + page->n_unusable;
	bool any_new = false;

	if (!touches_seen(paging, page)) {
		step_back(paging);
		return PAGING_MORE;
	}
	paging->n_unusable += (int64_t)page->n_unusable;
	for (size_t i = 0; i < page->n_summaries; i++) {
		int r = id_set_add(&paging->ids, page->summaries[i].document_id);

		if (r < 0)
			return r;
		any_new |= r > 0;
	}
	if (paging->rounds && has_seen_all(paging, page))
		return PAGING_READ;
	if (!ends_list(paging, page, n, any_new)) {
		paging->offset += (int64_t)n - 1;
		return PAGING_MORE;
	}
	if (has_seen_all(paging, page) || paging->rounds + 1 >= PAGING_ROUNDS_MAX)
		return PAGING_READ;
	paging->rounds++;
	paging->offset = 0;
	return PAGING_MORE;
}

/* Takes a page while no row has moved before it: the pass may still prove something. Returns an
 * enum paging_step, or -ENOMEM. *ret_first gets the index of the first row of the page that was not
 * in the page before; with PAGING_FLAWED, PAGING_MOVED and -ENOMEM it stays as it is. */
static int take_still_page(struct paging *paging, const struct coc_answer *page, size_t *ret_first)
{
	size_t first = paging->begun, n = page->n_summaries;

	/* a page with more rows than were asked for cannot be right */
	if (page->n_unusable || n > COC_LIST_PAGE)
		return PAGING_FLAWED;
	if (!paging->begun)
		paging->total = page->total;
	else if (!begins_with_overlap(paging, page))
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
	/* an ID that is cut here is not found in the next page, so the pass proves nothing */
	if (n)
		strncpy(paging->last_id, page->summaries[n - 1].document_id,
			sizeof(paging->last_id) - 1);
	return paging_step_of(paging, page, n - first);
}

int paging_take(struct paging *paging, const struct coc_answer *page, size_t *ret_first)
{
	int step;

	*ret_first = 0;
	if (paging->moved)
		return take_moved_page(paging, page);
	step = take_still_page(paging, page, ret_first);
	if (!paging->reads_on || (step != PAGING_MOVED && step != PAGING_FLAWED))
		return step;
	*ret_first = 0;
	paging->moved = true;
	return take_moved_page(paging, page);
}
