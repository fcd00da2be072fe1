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
 * same. If the service says that there are more rows than it shows, nothing is proved.
 *
 * A job that is created during the pass may be missing all the same: it was not there throughout.
 */
#define _GNU_SOURCE
#include "submit/paging.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "bounds/api.h"

#define IDS_ROOM_FIRST 256 /* a page of rows, half filled */

void paging_begin(struct paging *paging)
{
	paging_finish(paging);
	*paging = (struct paging){.total = -1};
}

void paging_finish(struct paging *paging)
{
	free(steal_ptr(paging->ids));
	paging->ids_room = 0;
}

/* FNV-1a, and never 0, which is a free place. Two IDs of one hash are two rows that look like one:
 * the pass proves nothing then, which is the harmless side. */
static uint64_t hash_id(const char *id)
{
	uint64_t value = 14695981039346656037u;

	for (; *id; id++)
		value = (value ^ (unsigned char)*id) * 1099511628211u;
	return value ? value : 1;
}

/* Puts a hash into a table with room for it. Returns whether it was new. */
static bool put_id(uint64_t *ids, size_t room, uint64_t value)
{
	size_t place = value % room;

	while (ids[place] && ids[place] != value)
		place = (place + 1) % room;
	if (ids[place])
		return false;
	ids[place] = value;
	return true;
}

/* Makes room for so many rows. Returns 0 or -ENOMEM. */
static int grow_ids(struct paging *paging, size_t rows)
{
	size_t room = paging->ids_room ? paging->ids_room : IDS_ROOM_FIRST;
	uint64_t *grown;

	while (room < 2 * rows)
		room *= 2;
	if (room == paging->ids_room)
		return 0;
	grown = calloc(room, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	for (size_t i = 0; i < paging->ids_room; i++)
		if (paging->ids[i])
			put_id(grown, room, paging->ids[i]);
	free(paging->ids);
	paging->ids = grown;
	paging->ids_room = room;
	return 0;
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
	return paging->total <= paging->rows ? PAGING_WHOLE : PAGING_FLAWED;
}

int paging_take(struct paging *paging, const struct coc_answer *page, size_t *ret_first)
{
	size_t first = paging->begun, n = page->n_summaries;

	*ret_first = 0;
	if (page->n_unusable)
		return PAGING_FLAWED;
	if (!paging->begun)
		paging->total = page->total;
	else if (!goes_on(paging, page))
		return PAGING_MOVED;
	if (grow_ids(paging, (size_t)paging->rows + n) < 0)
		return -ENOMEM;
	for (size_t i = first; i < n; i++)
		if (!put_id(paging->ids, paging->ids_room, hash_id(page->summaries[i].document_id)))
			return PAGING_MOVED;
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
