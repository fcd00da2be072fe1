/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_REFUSALS_H
#define COCFS_SUBMIT_REFUSALS_H

#include <stdbool.h>
#include <sys/queue.h>

#include "base/err.h"
#include "loop/loop.h"

/*
 * Refusals that the ledger could not record. A full disk refuses a write, and then often the
 * ledger's own write as well. The story would be lost, and a file that the failed write has emptied
 * would look like a draft on purpose. So each refusal is kept until the iteration that recorded it
 * is committed. If the commit fails, the refusal stays in memory, and is recorded again every few
 * seconds. submit_story() returns it meanwhile.
 */
struct author;
struct engine;
struct owner;
struct refusal;

TAILQ_HEAD(refusal_list, refusal);

struct refusals {
	struct refusal_list fresh; /* recorded in this iteration, not committed yet */
	struct refusal_list kept;  /* could not be recorded; the oldest first */
	unsigned n_kept;
	struct loop_timer again;
};

/* Initialises *refusals without any refusal. */
void refusals_init(struct refusals *refusals);
/* Frees all refusals, also those that the ledger does not have yet. */
void refusals_finish(struct refusals *refusals);

/* Keeps a refusal until its record is committed. recorded: 0 if the ledger has recorded it in this
 * iteration, or the -errno of the ledger. Without memory the refusal is not kept. */
void refusals_add(struct engine *engine, const char *path, const struct author *author,
		  bool incomplete, const struct err *err, const char *story, int recorded);

/* Call this when a submission is queued. If the iteration cannot be committed, a refusal of the
 * submission is kept, and its .error says that nothing was sent. Without memory no refusal is
 * kept. */
void refusals_expect(struct engine *engine, const char *path, const struct owner *owner);

/* Keeps the refusal of a submission that was not sent because it could not be recorded.
 * submit_story() returns its story from now on, until the ledger can be written and has the
 * refusal. */
void refusals_keep(struct engine *engine, const char *path, const struct owner *owner,
		   const struct err *err);

/* Fills err: a submission was not sent because the ledger has failed with -errno r. */
void refusals_explain_unrecorded(int r, struct err *err);

/* Call one of these two functions at the end of each iteration. The first, if what the iteration
 * has recorded is committed. The second, if the ledger has lost it, with -errno r. */
void refusals_are_committed(struct engine *engine);
void refusals_are_lost(struct engine *engine, int r);

/* Call this function when newer content of a path was accepted. Drops the refusal that is kept in
 * memory for the path, if there is one. */
void refusals_drop(struct engine *engine, const char *path);

#endif
