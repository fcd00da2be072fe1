/* SPDX-License-Identifier: MIT */
/*
 * This file decides when a scan begins, and answers its waiters. A scan begins when somebody wants
 * to see the jobs and the last scan began longer than `refresh` ago. So a mount that nobody looks
 * at asks nothing. Everybody who comes during a scan waits for that scan.
 *
 * A waiter is answered after the scan. If the scan fails, or takes longer than timeout=, the waiter
 * is shown the jobs that were known before. If no scan has ever read the list to its end, the
 * waiter gets an error: the part that a first scan has read is not shown.
 *
 * After a scan that failed no scan begins for a while, each time longer (outage.c). A reader in
 * that time gets, without a wait, what is known, or the error of the failed scan. After a scan that
 * took long no scan begins for as long again, at most for `refresh`. So a mount does not spend more
 * than half of its time reading lists.
 */
#define _GNU_SOURCE
#include "submit/catalogue.h"

#include <errno.h>
#include <stdlib.h>

#include "base/log.h"
#include "ledger/catalogue.h"
#include "submit/catalogue_state.h"
#include "submit/imports_state.h"
#include "submit/outage.h"
#include "submit/scan.h"
#include "submit/waiter.h"

struct catalogue {
	struct engine *engine;
	struct scan scan;
	bool is_scanning;
	struct waiter_list waiters;
	struct loop_timer patience; /* runs when the first waiter has waited for timeout= */
	int64_t due_ms;		    /* on the loop's clock: from then on a reader begins a scan */
	int64_t read_ms; /* on the loop's clock: the beginning of the last scan that did not fail */
	int64_t failures; /* scans that failed, in a row */
	int errnum;	  /* why the last scan failed, a positive errno; 0: it did not fail */
};

int catalogue_create(struct engine *engine, struct catalogue **ret_catalogue)
{
	struct catalogue *catalogue = calloc(1, sizeof(*catalogue));

	if (!catalogue)
		return -ENOMEM;
	catalogue->engine = engine;
	LIST_INIT(&catalogue->waiters);
	*ret_catalogue = catalogue;
	return 0;
}

void catalogue_destroy(struct catalogue *catalogue)
{
	if (!catalogue)
		return;
	scan_cancel(&catalogue->scan);
	loop_timer_cancel(&catalogue->patience);
	waiters_drop(&catalogue->waiters);
	free(catalogue);
}

/* Checks whether the jobs that are known may be shown. Returns 0 if they may. If no scan has ever
 * read the list to its end, returns the -errno of the last scan, or -EAGAIN if that did not
 * fail. If the ledger cannot be read, returns its -errno. */
static int check_known(const struct catalogue *catalogue)
{
	int64_t begun_ms = 0;
	int r = ledger_catalogue_when(catalogue->engine->ledger, &begun_ms);

	if (r < 0 || begun_ms)
		return r;
	return catalogue->errnum ? -catalogue->errnum : -EAGAIN;
}

/* Lets a waiter be answered with result at the end of this iteration, when what the iteration has
 * recorded is committed. */
static void answer_waiter(struct catalogue *catalogue, struct waiter *waiter, int result)
{
	LIST_REMOVE(waiter, link);
	waiter->result = result;
	LIST_INSERT_HEAD(&catalogue->engine->recorded, waiter, link);
}

static int64_t waits_until(const struct catalogue *catalogue, const struct waiter *waiter)
{
	return waiter->begun_ms + catalogue->engine->options.timeout_ms;
}

/* The timer's callback: answers the waiters that have waited for timeout=. They get the jobs that
 * are known, or -ETIMEDOUT if no scan has ever read the list to its end. Sets the timer again for
 * the waiters that are left. */
static void end_patience(void *data)
{
	struct catalogue *catalogue = data;
	struct loop *loop = catalogue->engine->loop;
	struct waiter *waiter, *next;
	int64_t due_ms = 0;
	int known = check_known(catalogue);

	for (waiter = LIST_FIRST(&catalogue->waiters); waiter; waiter = next) {
		int64_t until_ms = waits_until(catalogue, waiter);

		next = LIST_NEXT(waiter, link);
		if (until_ms <= loop_now_ms(loop))
			answer_waiter(catalogue, waiter, known < 0 ? -ETIMEDOUT : 0);
		else if (!due_ms || until_ms < due_ms)
			due_ms = until_ms;
	}
	if (known < 0)
		log_warning(".coc/jobs cannot be read yet: the first list of the service's jobs "
			    "takes longer than timeout=; it goes on, read .coc/jobs again later");
	if (due_ms)
		loop_timer_set(loop, &catalogue->patience, due_ms, end_patience, catalogue);
}

/* Returns when the next scan may begin after the scan that has ended with `end`, on the loop's
 * clock. After a failure: the time now plus the backoff of an outage. Otherwise: refresh= after the
 * scan began, and not before a pause as long as the scan took (at most refresh=). */
static int64_t next_scan_ms(const struct catalogue *catalogue, const struct scan_end *end)
{
	const struct engine *engine = catalogue->engine;
	const int64_t refresh_ms = engine->options.refresh_ms, now_ms = loop_now_ms(engine->loop);
	int64_t took_ms = now_ms - catalogue->scan.begun_ms, due_ms;

	if (end->outcome == SCAN_FAILED)
		return now_ms + outage_backoff_ms(engine, catalogue->failures);
	due_ms = now_ms + (took_ms < refresh_ms ? took_ms : refresh_ms);
	return due_ms > catalogue->scan.begun_ms + refresh_ms
		       ? due_ms
		       : catalogue->scan.begun_ms + refresh_ms;
}

/* Call this after a scan, when the files of its imports are placed, too. Answers all waiters: with
 * 0 if the jobs may be shown, else with -errno. */
static void end_look(struct catalogue *catalogue)
{
	struct waiter *waiter;
	int known = check_known(catalogue);

	catalogue->is_scanning = false;
	loop_timer_cancel(&catalogue->patience);
	while ((waiter = LIST_FIRST(&catalogue->waiters)))
		answer_waiter(catalogue, waiter, known);
}

static void on_imports_placed(void *data, int result)
{
	(void)result; /* an error is in the log already, and what could be placed is placed */
	end_look(data);
}

static void on_scan_done(void *data, const struct scan_end *end)
{
	struct catalogue *catalogue = data;
	struct engine *engine = catalogue->engine;

	catalogue->due_ms = next_scan_ms(catalogue, end);
	catalogue->errnum = end->errnum;
	if (end->outcome != SCAN_FAILED)
		catalogue->read_ms = catalogue->scan.begun_ms;
	catalogue->failures = end->outcome == SCAN_FAILED ? catalogue->failures + 1 : 0;
	if (end->outcome == SCAN_FAILED)
		log_warning("the jobs of the service cannot be listed: %s: .coc/jobs %s", end->why,
			    check_known(catalogue) < 0 ? "cannot be read"
						       : "shows those that are known");
	/* a waiter that lists the root needs the files of the imports, too */
	if (end->outcome != SCAN_FAILED && imports_are_placed(engine))
		placing_begin(&engine->imports->placing, engine, on_imports_placed, catalogue);
	else
		end_look(catalogue);
}

int catalogue_refresh(struct engine *engine, submit_done_fn *done, void *data,
		      struct waiter **ret_waiter)
{
	struct catalogue *catalogue = engine->catalogue;
	struct waiter *waiter;

	if (!catalogue->is_scanning && loop_now_ms(engine->loop) < catalogue->due_ms) {
		*ret_waiter = NULL;
		return check_known(catalogue);
	}
	waiter = waiter_create(engine, done, data);
	if (!waiter)
		return -ENOMEM;
	LIST_INSERT_HEAD(&catalogue->waiters, waiter, link);
	if (!catalogue->patience.loop)
		loop_timer_set(engine->loop, &catalogue->patience, waits_until(catalogue, waiter),
			       end_patience, catalogue);
	if (!catalogue->is_scanning) {
		catalogue->is_scanning = true;
		scan_begin(&catalogue->scan, engine, on_scan_done, catalogue);
	}
	*ret_waiter = waiter;
	return 0;
}

void catalogue_lost(struct catalogue *catalogue)
{
	placing_lost(&catalogue->engine->imports->placing);
	if (catalogue->is_scanning) {
		scan_cancel(&catalogue->scan);
		on_scan_done(catalogue, &(struct scan_end){.outcome = SCAN_FAILED,
							   .errnum = EIO,
							   .why = "the ledger cannot be written"});
	} else if (!catalogue->failures) {
		catalogue->due_ms = 0;
	}
}

int64_t catalogue_read_ms(const struct catalogue *catalogue)
{
	return catalogue->read_ms;
}
