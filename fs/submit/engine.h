/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_ENGINE_H
#define COCFS_SUBMIT_ENGINE_H

#include "ledger/ledger.h"
#include "submit/mount.h"

/*
 * The engine: takes what is to be submitted, makes the intent durable, sends it, and settles what
 * became of it; see the essay in engine.c. It lives in the loop's thread and never blocks on the
 * network.
 */
/* loop, ledger and what service holds must outlive the engine. Returns 0 and an owned engine, or
 * -ENOMEM. */
int engine_create(struct loop *loop, struct ledger *ledger, struct coc_service service,
		  const struct engine_options *options, struct engine **ret_engine);

/* A commit has found its text on the service, as a version of a row that has this base
 * (changes.h). */
void engine_tell_found(struct engine *engine, int64_t row, int64_t base, int64_t version);

/* Forgets what is in memory; the ledger keeps what is unfinished. NULL is accepted. */
void engine_destroy(struct engine *engine);

/*
 * Submits content for a path whose row is submission->row: a create, or an update of the job that
 * it is bound to by then. job is what the ledger knows of it now; path is for the log. Takes what
 * submission owns, also on failure. A submission of the same path that is under way is waited for;
 * the same content joins it, and other content takes the place of what waited there. Returns 0 and
 * a waiter, see submit_commit(); -errno with err filled. -EAGAIN: the user has as many under way as
 * are left for everybody.
 */
int engine_submit(struct engine *engine, struct ledger_submission *take_submission,
		  const struct job_record *job, const char *path, submit_done_fn *done, void *data,
		  struct waiter **ret_waiter, struct err *err);

#endif
