/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_MAKING_H
#define COCFS_SUBMIT_MAKING_H

#include "base/buf.h"
#include "loop/loop.h"
#include "submit/submit.h"

/* The files of imports whose names are durable are made. making.c has the essay. */

/* Called once with 0 or -errno, from an iteration of the loop and never from within making_begin().
 * It is the last touch. */
typedef void making_done_fn(void *data, int result);

/* Zero-initialise it. */
struct making {
	struct engine *engine; /* NULL: nothing is under way */
	making_done_fn *done;
	void *data;
	struct buf names; /* of the files: each ends with a NUL */
	size_t made;	  /* bytes of these whose file was tried */
	bool is_beside;	  /* a thread makes them */
	bool has_lost;	  /* the ledger may not have each of them any more */
	struct loop_timer timer;
};

/* Begins to make a file for each of some names, which are durable. names is taken, and is empty
 * then. Nothing may be under way. */
void making_begin(struct making *making, struct engine *engine, struct buf *take_names,
		  making_done_fn *done, void *data);

/* Stops: no file is made any more, and done is not called. names and made say what is left. */
void making_stop(struct making *making);

/* Frees what making_stop() has left. */
void making_finish(struct making *making);

/* Drops those of some names, each ends with a NUL, that come after the byte at from and that the
 * ledger does not have any more. What the ledger cannot tell is dropped: the next mount makes its
 * file. */
void making_drop_lost(struct engine *engine, struct buf *names, size_t from);

#endif
