/* SPDX-License-Identifier: MIT */
/*
 * A job of the catalogue that is missing in the service's list may be there all the same. The keys
 * may be another account's, a filter may hide the job, or the list may be wrong. So a missing job
 * leaves the catalogue only when ShowDocument says that there is no such job.
 *
 * When most of the jobs are missing, it is not the jobs that have changed. The keys may be those of
 * another account, to which the service shows none of these jobs. Or the service has lost its data
 * for a while. Then the service is not asked, and nothing is removed. "Most" counts only jobs that
 * were in an earlier list of this account (accepted). Otherwise the many jobs of the other account,
 * which the scan has just added, would count as not missing.
 *
 * The catalogue is read in slices. The service is asked for at most SCAN_SHOWS_MAX missing jobs,
 * one after the other; the next scan goes on behind them. If an answer does not come, or asks for
 * patience, no further job is asked for: the rest can wait for the next scan.
 */
#define _GNU_SOURCE
#include "submit/missing.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "ledger/catalogue.h"
#include "ledger/imports.h"

void missing_cancel(struct missing *missing)
{
	if (!missing->engine)
		return;
	if (missing->call)
		engine_cancel_call(missing->engine, steal_ptr(missing->call));
	loop_timer_cancel(&missing->timer);
	for (size_t i = 0; i < missing->n_ids; i++)
		free(missing->ids[i]);
	missing->n_ids = 0;
	missing->engine = NULL;
}

/* Ends the check of missing jobs and calls done. */
static void end_missing(struct missing *missing, int result)
{
	missing_cancel(missing);
	missing->done(missing->data, result);
}

/* Looks at a job of the catalogue, and counts it. If the list lacks the job, notes its ID: the
 * service is asked for it later. Notes at most SCAN_SHOWS_MAX IDs, and only those behind
 * missing->resume. Returns 0 or -ENOMEM. */
static int look_at_listed(void *data, const char *job_id, bool is_accepted)
{
	struct missing *missing = data;
	char *copy;

	missing->n_rows++;
	missing->n_accepted += is_accepted;
	snprintf(missing->last, sizeof(missing->last), "%s", job_id);
	if (id_set_has(missing->listed, job_id))
		return 0;
	missing->n_missing++;
	missing->n_vanished += is_accepted;
	if (missing->n_ids == SCAN_SHOWS_MAX || strcmp(job_id, missing->resume) <= 0)
		return 0;
	copy = strdup(job_id);
	if (!copy)
		return -ENOMEM;
	missing->ids[missing->n_ids++] = copy;
	return 0;
}

static void show_next_missing(struct missing *missing);

/* Does the answer say that there is no such job? */
static bool says_job_gone(const struct coc_answer *answer)
{
	return answer->outcome == COC_REFUSED && answer->errnum == ESTALE;
}

/* Does the answer say something of this job alone, even if only that the job may not be read? */
static bool says_something(const struct coc_answer *answer)
{
	return answer->outcome == COC_DONE || coc_answer_refuses(answer);
}

static void on_missing_shown(void *data, const struct coc_answer *answer)
{
	struct missing *missing = data;
	const char *id = missing->ids[missing->n_shown++];
	int r = 0;

	missing->call = NULL;
	snprintf(missing->resume, sizeof(missing->resume), "%s", id);
	/* if the ledger fails, the catalogue keeps the job, and the next scan asks for it again */
	if (says_job_gone(answer))
		r = ledger_import_leave(missing->engine->ledger, id);
	if (r == 0 && says_job_gone(answer))
		r = ledger_catalogue_drop(missing->engine->ledger, id);
	if (r < 0 || !says_something(answer))
		end_missing(missing, r);
	else
		show_next_missing(missing);
}

static void show_next_missing(struct missing *missing)
{
	struct engine *engine = missing->engine;
	const struct coc_service *service = &engine->service;
	struct err err;

	if (missing->n_shown == missing->n_ids) {
		/* no missing job comes behind these: the next check begins with the first */
		if (missing->n_ids < SCAN_SHOWS_MAX)
			missing->resume[0] = '\0';
		end_missing(missing, 0);
	} else if (service->ops->show(service->data, missing->ids[missing->n_shown], NULL,
				      engine->options.timeout_ms, on_missing_shown, missing,
				      &missing->call, &err) < 0) {
		end_missing(missing, 0);
	}
}

/* So few jobs have vanished that the list must be this account's. Records all jobs of the catalogue
 * as accepted, and asks the service for the missing jobs. */
static void accept_list(struct missing *missing)
{
	int r = missing->n_rows > missing->n_accepted
			? ledger_catalogue_accept(missing->engine->ledger)
			: 0;

	if (r < 0)
		end_missing(missing, r);
	else
		show_next_missing(missing);
}

static void begin_walk(struct missing *missing);

static void end_walk(struct missing *missing)
{
	if (missing->n_missing && !missing->n_ids && missing->resume[0]) {
		/* all missing jobs come before resume: look again, from the first on */
		missing->resume[0] = '\0';
		begin_walk(missing);
	} else if (missing->n_vanished > missing->n_accepted / 2) {
		log_warning("%lld of %lld jobs are not in the service's list any more: none of "
			    "them is removed from .coc/jobs; are the keys those of this account?",
			    (long long)missing->n_vanished, (long long)missing->n_accepted);
		end_missing(missing, 0);
	} else {
		accept_list(missing);
	}
}

/* A timer's callback: looks at the next SCAN_ROWS_AT_ONCE jobs of the catalogue. After the last job
 * end_walk() decides how the check goes on. */
static void walk_slice(void *data)
{
	struct missing *missing = data;
	struct engine *engine = missing->engine;
	int64_t before = missing->n_rows;
	int r = ledger_catalogue_ids(engine->ledger, missing->last, SCAN_ROWS_AT_ONCE,
				     look_at_listed, missing);

	if (r < 0)
		end_missing(missing, r);
	else if (missing->n_rows - before == SCAN_ROWS_AT_ONCE)
		loop_timer_next(engine->loop, &missing->timer, walk_slice, missing);
	else
		end_walk(missing);
}

static void begin_walk(struct missing *missing)
{
	missing->last[0] = '\0';
	missing->n_rows = missing->n_missing = missing->n_accepted = missing->n_vanished = 0;
	walk_slice(missing);
}

void missing_begin(struct missing *missing, struct engine *engine, const struct id_set *listed,
		   missing_done_fn *done, void *data)
{
	missing->engine = engine;
	missing->listed = listed;
	missing->done = done;
	missing->data = data;
	missing->n_ids = missing->n_shown = 0;
	begin_walk(missing);
}
