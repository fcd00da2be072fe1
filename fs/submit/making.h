/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_MAKING_H
#define COCFS_SUBMIT_MAKING_H

#include "base/buf.h"
#include "loop/loop.h"
#include "submit/submit.h"

/* Makes the files of imports whose names are durable: see the comment at the top of making.c. */

/* Called once with 0 or -errno, from an iteration of the loop and never from within making_begin().
 * The struct making is not used afterwards, so the callback may free it. */
typedef void making_done_fn(void *data, int result);

/* The state of one making_begin(): which names of imports get their files, and how far the work has
 * come. Zero-initialise it. */
struct making {
	struct engine *engine; /* NULL: no making is under way */
	making_done_fn *done;
	void *data;
	struct buf names; /* the names of the files; each ends with a NUL */
	size_t made;	  /* bytes of names whose files were tried */
	bool is_beside;	  /* a thread makes the files (make_many()); else the loop does */
	/* a user has taken the name of an import: some of the names may be no import's any more */
	bool has_lost;
	struct loop_timer timer;
};

/* Begins to make a file for each of these names, which must be durable. Takes the names; the buffer
 * is empty afterwards. No earlier making may be under way in *making. */
void making_begin(struct making *making, struct engine *engine, struct buf *take_names,
		  making_done_fn *done, void *data);

/* Stops: no further file is made, and done is not called. making->names and ->made still say which
 * files are left. Does nothing if no making is under way. */
void making_stop(struct making *making);

/* Stops as making_stop() does, and frees the names. */
void making_finish(struct making *making);

/* Removes from a list of names (each ends with a NUL) those that the ledger does not have as the
 * name of an import any more. Looks only at names from the byte `from` on. A name that the ledger
 * cannot look up is removed, too: the next mount makes its file. */
void making_drop_lost(struct engine *engine, struct buf *names, size_t from);

#endif
