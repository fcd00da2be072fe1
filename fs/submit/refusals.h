/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_REFUSALS_H
#define COCFS_SUBMIT_REFUSALS_H

#include <stdbool.h>
#include <sys/queue.h>

#include "base/err.h"
#include "loop/loop.h"

/*
 * Refusals that the ledger could not record. A full disk refuses a write, and then often the
 * ledger's own write as well. The story would be lost, and an emptied file would look like a draft
 * on purpose. So each refusal is kept until the iteration that recorded it is committed. When that
 * fails, the refusal stays in memory, and is recorded again every few seconds.
 * submit_story() tells it meanwhile.
 */
struct author;
struct engine;
struct owner;
struct refusal;

TAILQ_HEAD(refusal_list, refusal);

struct refusals {
	struct refusal_list fresh; /* recorded, and not committed yet */
	struct refusal_list kept;  /* could not be recorded; the oldest first */
	unsigned n_kept;
	struct loop_timer again;
};

void refusals_init(struct refusals *refusals);
void refusals_finish(struct refusals *refusals);

/* A refusal was recorded in this iteration, or (recorded is a negative errno) could not be. Without
 * memory it is not kept. */
void refusals_add(struct engine *engine, const char *path, const struct author *author,
		  bool incomplete, const struct err *err, const char *story, int recorded);

/* A submission was queued in this iteration. If the iteration cannot be committed, the submission
 * was refused, and that is told. Without memory it is not. */
void refusals_expect(struct engine *engine, const char *path, const struct owner *owner);

/* A submission was not sent, as it could not be recorded; its refusal neither. It is told from now
 * on, and recorded when the ledger can be written. */
void refusals_keep(struct engine *engine, const char *path, const struct owner *owner,
		   const struct err *err);

/* Why a submission was not sent, when the ledger has failed with -errno r. */
void refusals_explain_unrecorded(int r, struct err *err);

/* What this iteration has recorded is committed; or it is lost, with -errno r. */
void refusals_are_committed(struct engine *engine);
void refusals_are_lost(struct engine *engine, int r);

/* Newer content of the path was accepted: what was refused before is of no interest. */
void refusals_drop(struct engine *engine, const char *path);

#endif
