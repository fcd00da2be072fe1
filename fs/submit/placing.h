/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_PLACING_H
#define COCFS_SUBMIT_PLACING_H

#include "base/buf.h"
#include "ledger/imports.h"
#include "loop/loop.h"
#include "submit/making.h"
#include "submit/submit.h"

/* Imports get their names and files, and those that are leaving lose them. placing.c has the
 * essay. */

/* Called once with 0 or -errno, from an iteration of the loop and never from within
 * placing_begin(). It is the last touch. */
typedef void placing_done_fn(void *data, int result);

enum placing_step {
	PLACING_REMOVE, /* files of imports that are leaving are removed */
	PLACING_NAME,	/* imports get names, and those named before get files */
	PLACING_SYNC,	/* the names become durable */
	PLACING_WAIT,	/* they are durable, and the files of those named before are not made yet */
	PLACING_MAKE,	/* all have names, and the last ones get files */
};

/* Zero-initialise it. */
struct placing {
	struct engine *engine; /* NULL: nothing is under way */
	placing_done_fn *done; /* NULL: nobody waits */
	void *data;
	enum placing_step step;
	bool again;		   /* it has to begin anew at its end */
	bool lost;		   /* something was: the next look tells whether all have names */
	struct loop_timer timer;   /* of the next slice */
	struct import_place place; /* what has a name, or cannot have one now */
	struct buf names;	   /* that were given, and are not durable: each ends with a NUL */
	bool has_lost;		   /* the ledger may not have each of them any more */
	struct making making;	   /* of the files of names that are */
	bool all_named;		   /* none is left that could have a name */
	struct waiter *waiter;	   /* until the names are durable */
};

/* Begins: goes on in slices until every import that can have a file has one. One that is under way
 * already goes on, and done (NULL: nobody waits) is called at its end. */
void placing_begin(struct placing *placing, struct engine *engine, placing_done_fn *done,
		   void *data);

/* Stops: done is not called. One that is not under way is accepted. */
void placing_cancel(struct placing *placing);

/* An iteration could not be recorded. One that is under way begins anew, and makes no file of a
 * name that the ledger has lost; done is not called. */
void placing_lost(struct placing *placing);

/* A user has taken the name of an import, whose file may not be made yet. */
void placing_name_taken(struct placing *placing);

/* Removes the file of an import, unless the name is one of this space's own by now. Returns 0 or
 * -errno. */
int placing_remove_file(struct engine *engine, const struct import_record *import);

#endif
