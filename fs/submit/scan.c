/* SPDX-License-Identifier: MIT */
/*
 * A scan reads all pages of the service's list (paging.c), in their order. The rows of a page go
 * into the catalogue in the iteration that brings the page. A row that has not changed is not
 * written. The end of the list is recorded together with the rows of the last page. If the process
 * is killed before that, the catalogue is still that of the scan before, with some newer rows. If
 * there was no scan before, the catalogue cannot be shown.
 *
 * No submission waits for a scan. The requests of a scan take none of the slots of submissions, and
 * its rows are written without a sync of the disk. A page without an answer does not stop the queue
 * of submissions. Only answers that concern all calls count for scan and queue alike: a 429, and
 * any answer that shows that the service is there.
 *
 * A scan that is throttled (429) waits, and goes on with the same page. If it failed instead, an
 * account of hundreds of pages with a low limit of calls would never be read.
 *
 * While a scan waits for a page (the page in turn), the page behind it is under way as well (the
 * page ahead). So an account of hundreds of pages is read in half of the time, and the service
 * works while the rows are written. As long as full pages come and no row has moved, it is known
 * where the page ahead begins. If the answer of the page ahead comes first, it is held. If the page
 * ahead fails, it is asked for again in its turn. So such a failure never ends a scan, and a page
 * ahead never waits for a throttled service.
 */
#define _GNU_SOURCE
#include "submit/scan.h"

#include <errno.h>
#include <string.h>

#include "job/version.h"
#include "ledger/catalogue.h"
#include "submit/bounds.h"
#include "submit/imports_state.h"
#include "submit/outage.h"

_Static_assert(COC_LIST_PAGE <= SCAN_ROWS_AT_ONCE, "a page is written in one piece");

static struct scan_page *page_in_turn(struct scan *scan)
{
	return &scan->pages[scan->turn];
}

static struct scan_page *page_ahead(struct scan *scan)
{
	return &scan->pages[!scan->turn];
}

static void drop_page(struct scan_page *page)
{
	if (page->call)
		engine_cancel_call(page->scan->engine, steal_ptr(page->call));
	scan_page_end(page);
}

void scan_cancel(struct scan *scan)
{
	if (!scan->engine)
		return;
	drop_page(&scan->pages[0]);
	drop_page(&scan->pages[1]);
	loop_timer_cancel(&scan->timer);
	missing_cancel(&scan->missing);
	paging_finish(&scan->paging);
	scan->engine = NULL;
}

/* Ends a scan: counts it, and calls done. */
static void end_scan(struct scan *scan, const struct scan_end *end)
{
	struct engine *engine = scan->engine;

	scan_cancel(scan);
	engine->metrics.scans[end->outcome]++;
	scan->done(scan->data, end);
}

static void fail_scan(struct scan *scan, int errnum, const char *why)
{
	end_scan(scan, &(struct scan_end){SCAN_FAILED, errnum, why});
}

/* Ends a scan that has read the list to its end: as SCAN_WHOLE if no row moved meanwhile, else as
 * SCAN_READ. */
static void end_read_scan(struct scan *scan)
{
	end_scan(scan, &(struct scan_end){.outcome = scan->is_whole ? SCAN_WHOLE : SCAN_READ});
}

static void on_missing_done(void *data, int result)
{
	struct scan *scan = data;

	if (result < 0)
		fail_scan(scan, -result, "the ledger cannot be written");
	else
		end_read_scan(scan);
}

/* Writes the jobs of a page into the catalogue. Returns 0 or -errno. */
static int keep_rows(struct scan *scan, const struct coc_answer *page)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < page->n_summaries; i++) {
		const struct coc_summary *row = &page->summaries[i];
		const struct ledger_listed job = {
			.job_id = row->document_id,
			.name = row->name,
			.version = version_number(row->version),
			.create_ms = row->create_time_ms,
			.update_ms = row->update_time_ms,
			.creator = row->creator,
			.modifier = row->modifier,
			.project = row->enterprise_project_id,
		};

		r = ledger_catalogue_put(scan->engine->ledger, &job);
		if (r >= 0)
			r = imports_add(scan->engine, job.job_id, job.create_ms);
	}
	return r < 0 ? r : 0;
}

/* Records that the list was read to its end. Looks for missing jobs only if the list stood still
 * (is_whole): otherwise it proves nothing about jobs that are not in it. */
static void complete_scan(struct scan *scan, bool is_whole)
{
	int r = ledger_catalogue_complete(scan->engine->ledger, scan->begun_epoch_ms);

	if (r < 0) {
		fail_scan(scan, -r, "the ledger cannot be written");
		return;
	}
	scan->is_whole = is_whole;
	if (is_whole)
		missing_begin(&scan->missing, scan->engine, &scan->paging.ids, on_missing_done,
			      scan);
	else
		end_read_scan(scan);
}

static void ask_scan_page(void *data);

/* Asks for the page in turn after wait_ms. Fails the scan if that would be later than
 * SCAN_TIME_MAX_MS after its beginning. */
static void ask_after(struct scan *scan, int64_t wait_ms)
{
	struct loop *loop = scan->engine->loop;
	int64_t due_ms = loop_now_ms(loop) + wait_ms;

	if (due_ms > scan->begun_ms + SCAN_TIME_MAX_MS)
		fail_scan(scan, EAGAIN, "the service asks for patience");
	else
		loop_timer_set(loop, &scan->timer, due_ms, ask_scan_page, scan);
}

/* Goes on to the next page: in most cases the page ahead, which is asked for already. If that
 * begins at another offset than the pass wants now, drops it. */
static void go_on_scan(struct scan *scan)
{
	struct scan_page *ahead = page_ahead(scan);

	if (ahead->is_asked && ahead->offset != scan->paging.offset)
		drop_page(ahead);
	scan->turn = !scan->turn;
	ask_scan_page(scan);
}

/* Takes the answer of the page in turn into the pass, and goes on. The rows of the answer are in
 * the catalogue already. */
static void take_scan_page(struct scan *scan, const struct coc_answer *answer)
{
	size_t first;
	int step = paging_take(&scan->paging, answer, &first);

	scan->is_full = answer->n_summaries == COC_LIST_PAGE;
	scan_page_end(page_in_turn(scan));
	if (step < 0)
		fail_scan(scan, -step, "out of memory");
	else if (step == PAGING_MORE)
		go_on_scan(scan);
	else
		complete_scan(scan, step == PAGING_WHOLE);
}

static void take_held_page(struct scan *scan)
{
	struct coc_summary rows[COC_LIST_PAGE];
	const struct coc_answer answer = scan_page_answer(page_in_turn(scan), rows);

	take_scan_page(scan, &answer);
}

/* Keeps the answer of the page ahead until its turn. If the page failed, or cannot be kept, it is
 * asked for again in its turn. */
static void hold_page(struct scan_page *page, const struct coc_answer *answer)
{
	if (answer->outcome != COC_DONE || scan_page_hold(page, answer) < 0)
		scan_page_end(page);
}

static void on_scan_page(void *data, const struct coc_answer *answer)
{
	struct scan_page *page = data;
	struct scan *scan = page->scan;
	struct engine *engine = scan->engine;
	const bool is_ahead = page != page_in_turn(scan);
	int r;

	page->call = NULL;
	outage_note_look(engine, answer);
	r = answer->outcome == COC_DONE ? keep_rows(scan, answer) : 0;
	if (r < 0) {
		fail_scan(scan, -r, "the ledger cannot be written");
	} else if (is_ahead) {
		hold_page(page, answer);
	} else if (answer->outcome == COC_NOT_PROCESSED) {
		scan_page_end(page);
		ask_after(scan, outage_patience_ms(engine, answer->retry_after_ms));
	} else if (answer->outcome != COC_DONE) {
		fail_scan(scan, answer->errnum, answer->err->text);
	} else {
		take_scan_page(scan, answer);
	}
}

/* Asks the service for the page at offset. Returns 0, or -errno with err filled. */
static int call_page(struct scan *scan, struct scan_page *page, int64_t offset, struct err *err)
{
	struct engine *engine = scan->engine;
	const struct coc_service *service = &engine->service;
	int r = service->ops->list(service->data, NULL, offset, engine->options.timeout_ms,
				   on_scan_page, page, &page->call, err);

	scan->calls++;
	page->offset = offset;
	page->is_asked = r == 0;
	return r;
}

/* Asks for the page ahead, if it is known where it begins and the list has a row that is only
 * there. Does nothing if it was asked for already, after SCAN_PAGES_MAX calls, or while the service
 * wants no call. */
static void ask_page_ahead(struct scan *scan)
{
	const struct paging *paging = &scan->paging;
	const int64_t offset = page_in_turn(scan)->offset + COC_LIST_PAGE - 1;
	struct err err = {0};

	if (page_ahead(scan)->is_asked || !scan->is_full || paging->moved ||
	    offset + 1 >= paging->total || scan->calls >= SCAN_PAGES_MAX ||
	    outage_throttled_ms(scan->engine))
		return;
	/* a failure does not matter: the page is asked for again in its turn */
	call_page(scan, page_ahead(scan), offset, &err);
}

/* Asks for the page in turn, if it was not asked for ahead. Returns 0 if it is asked for. Returns
 * -EAGAIN if it is asked for later, or if the scan has ended because that would be too late.
 * Returns another negative errno if the scan has ended for another reason. */
static int ask_page_in_turn(struct scan *scan)
{
	struct engine *engine = scan->engine;
	struct scan_page *page = page_in_turn(scan);
	int64_t wait_ms = outage_throttled_ms(engine);
	struct err err = {0};

	if (!page->is_asked && wait_ms) {
		ask_after(scan, wait_ms);
		return -EAGAIN;
	}
	if (!page->is_asked && scan->calls >= SCAN_PAGES_MAX) {
		complete_scan(scan, false); /* jobs beyond SCAN_PAGES_MAX are not shown */
		return -E2BIG;
	}
	if (loop_now_ms(engine->loop) > scan->begun_ms + SCAN_TIME_MAX_MS) {
		fail_scan(scan, ETIMEDOUT, "the service takes too long to list its jobs");
		return -ETIMEDOUT;
	}
	if (!page->is_asked && call_page(scan, page, scan->paging.offset, &err) < 0) {
		fail_scan(scan, err.errnum, err.text);
		return -ENOMEM;
	}
	return 0;
}

/* Asks for the page in turn and for the page ahead. If the answer of the page in turn has come
 * already, takes it. Also a timer's callback. */
static void ask_scan_page(void *data)
{
	struct scan *scan = data;

	if (ask_page_in_turn(scan) < 0)
		return;
	ask_page_ahead(scan);
	if (!page_in_turn(scan)->call) /* its answer came before its turn, and is held */
		take_held_page(scan);
}

void scan_begin(struct scan *scan, struct engine *engine, scan_done_fn *done, void *data)
{
	*scan = (struct scan){
		.engine = engine,
		.done = done,
		.data = data,
		.pages = {{.scan = scan}, {.scan = scan}},
		.begun_ms = loop_now_ms(engine->loop),
		.begun_epoch_ms = engine_realtime_ms(engine),
		.missing = scan->missing,
	};
	paging_begin_long(&scan->paging);
	/* ask from the timer: if the first call fails, done must not be called from within
	 * scan_begin() */
	loop_timer_set(engine->loop, &scan->timer, scan->begun_ms, ask_scan_page, scan);
}
