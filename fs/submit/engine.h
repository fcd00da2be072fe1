/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_ENGINE_H
#define COCFS_SUBMIT_ENGINE_H

#include "ledger/ledger.h"
#include "submit/mount.h"

/*
 * The engine: takes what is to be submitted, makes the intent durable, sends it, and records the
 * outcome. The comment at the top of engine.c explains the steps. The engine lives in the loop's
 * thread and never blocks on the network.
 */
/* Makes an engine. loop, ledger and the data of service must outlive it. Returns 0 and an owned
 * engine, or -ENOMEM. */
int engine_create(struct loop *loop, struct ledger *ledger, struct coc_service service,
		  const struct engine_options *options, struct engine **ret_engine);

/* Call this when a commit finds that the service has its text already, as `version` of the row's
 * job. base: the base of the row before that. Calls the function of submit_on_found()
 * (changes.h). Does nothing if there was no base, or if `version` is not newer. */
void engine_tell_found(struct engine *engine, int64_t row, int64_t base, int64_t version);

/* Frees the engine. The ledger keeps what is unfinished, for the next mount. NULL is accepted. */
void engine_destroy(struct engine *engine);

/*
 * Submits content for the row take_submission->row: as a create, or as an update if the row is
 * bound to a job when the request is sent. job is what the ledger has of the row now; path is for
 * the log. Takes what take_submission owns, also on failure.
 *
 * If a submission of the same row is under way, the new one waits behind it. But if the newest
 * submission there has the same content, no new submission is made, and the waiter waits for the
 * newest. If a submission with other content waits there, the new one replaces it. Returns 0 and a
 * waiter, which is valid until done gets the outcome or submit_waiter_drop(); or -errno with err
 * filled. -EAGAIN: this user's share of the memory for submissions is used up.
 */
int engine_submit(struct engine *engine, struct ledger_submission *take_submission,
		  const struct job_record *job, const char *path, submit_done_fn *done, void *data,
		  struct waiter **ret_waiter, struct err *err);

#endif
