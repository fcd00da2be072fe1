/* SPDX-License-Identifier: MIT */
/*
 * A scan reads all pages of the service's list (paging.c), one after the other. The rows of a page
 * are kept in the catalogue in the iteration that brings the page, and a row that is as it was is
 * not written. The end of the list is recorded together with the rows of the last page. A process
 * that is killed before leaves the catalogue of the scan before, with what is newer since, or none.
 *
 * No submission waits for a scan. Its requests take none of the slots of submissions, and its rows
 * are written without a sync of the disk. A page without an answer does not stop the queue. Only
 * what the service says of all calls counts for both: a 429, and that it is there.
 *
 * A scan that is throttled waits and goes on with the same page: else an account of hundreds of
 * pages with a low limit of calls would never be read.
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

_Static_assert(COC_LIST_PAGE <= SCAN_ROWS_AT_ONCE, "a page is written in one iteration");

void scan_cancel(struct scan *scan)
{
	if (!scan->engine)
		return;
	if (scan->call)
		engine_cancel_call(scan->engine, steal_ptr(scan->call));
	loop_timer_cancel(&scan->timer);
	missing_cancel(&scan->missing);
	paging_finish(&scan->paging);
	scan->engine = NULL;
}

/* Ends it: this is the last touch. */
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

/* The rows are known; what was in none of them was asked for, if that proves something. */
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

/* Keeps the jobs of a page. Returns 0 or -errno. */
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

/* The list was read to its end. Only a list that stood still says something of jobs that are not in
 * it. */
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

/* Asks again when the service may be asked, if that is within the time of a scan. */
static void ask_after(struct scan *scan, int64_t wait_ms)
{
	struct loop *loop = scan->engine->loop;
	int64_t due_ms = loop_now_ms(loop) + wait_ms;

	if (due_ms > scan->begun_ms + SCAN_TIME_MAX_MS)
		fail_scan(scan, EAGAIN, "the service asks for patience");
	else
		loop_timer_set(loop, &scan->timer, due_ms, ask_scan_page, scan);
}

/* Takes the rows of a page, and goes on with the next one. */
static void take_scan_page(struct scan *scan, const struct coc_answer *page)
{
	size_t first;
	int r = keep_rows(scan, page), step = r < 0 ? r : paging_take(&scan->paging, page, &first);

	if (step < 0)
		fail_scan(scan, -step, r < 0 ? "the ledger cannot be written" : "out of memory");
	else if (step == PAGING_MORE)
		ask_scan_page(scan);
	else
		complete_scan(scan, step == PAGING_WHOLE);
}

static void on_scan_page(void *data, const struct coc_answer *answer)
{
	struct scan *scan = data;
	struct engine *engine = scan->engine;

	scan->call = NULL;
	outage_note_look(engine, answer);
	if (answer->outcome == COC_NOT_PROCESSED)
		ask_after(scan, outage_patience_ms(engine, answer->retry_after_ms));
	else if (answer->outcome != COC_DONE)
		fail_scan(scan, answer->errnum, answer->err->text);
	else
		take_scan_page(scan, answer);
}

/* The timer's callback; and from an answer. */
static void ask_scan_page(void *data)
{
	struct scan *scan = data;
	struct engine *engine = scan->engine;
	const struct coc_service *service = &engine->service;
	int64_t wait_ms = outage_throttled_ms(engine);
	struct err err = {0};

	if (wait_ms)
		ask_after(scan, wait_ms);
	else if (scan->calls++ == SCAN_PAGES_MAX)
		complete_scan(scan, false); /* what is behind is not shown */
	else if (loop_now_ms(engine->loop) > scan->begun_ms + SCAN_TIME_MAX_MS)
		fail_scan(scan, ETIMEDOUT, "the service takes too long to list its jobs");
	else if (service->ops->list(service->data, NULL, scan->paging.offset,
				    engine->options.timeout_ms, on_scan_page, scan, &scan->call,
				    &err) < 0)
		fail_scan(scan, err.errnum, err.text);
}

void scan_begin(struct scan *scan, struct engine *engine, scan_done_fn *done, void *data)
{
	*scan = (struct scan){
		.engine = engine,
		.done = done,
		.data = data,
		.begun_ms = loop_now_ms(engine->loop),
		.begun_epoch_ms = engine_realtime_ms(engine),
		.missing = scan->missing,
	};
	paging_begin_long(&scan->paging);
	/* a scan that cannot begin fails in the next iteration, where it would fail later */
	loop_timer_set(engine->loop, &scan->timer, scan->begun_ms, ask_scan_page, scan);
}
