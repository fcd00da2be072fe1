/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_PLACING_H
#define COCFS_SUBMIT_PLACING_H

#include "base/buf.h"
#include "ledger/imports.h"
#include "loop/loop.h"
#include "submit/making.h"
#include "submit/submit.h"

/* Gives imports their names and files, and removes the files of imports that leave, because a path
 * has their job now. The comment at the top of placing.c explains the order. */

/* Receives the result of a placing: 0 or -errno. The loop calls this once, and never within
 * placing_begin(). Afterwards nothing uses the struct placing any more. */
typedef void placing_done_fn(void *data, int result);

enum placing_step {
	PLACING_REMOVE, /* remove the files of imports that leave */
	PLACING_NAME,	/* give names to imports, and make files for names given before */
	PLACING_SYNC,	/* wait until the names are durable */
	PLACING_WAIT,	/* the names are durable: wait until the files of earlier names are made */
	PLACING_MAKE,	/* no further import can get a name: make the last files */
};

/* The state of one placing: imports get their names and files, and imports that leave lose their
 * files. Zero-initialise it. */
struct placing {
	struct engine *engine; /* NULL: no placing is under way */
	placing_done_fn *done; /* NULL: nobody waits for the end */
	void *data;
	enum placing_step step;
	/* the work begins anew at its end: placing_begin() was called meanwhile, or the ledger has
	 * lost something */
	bool again;
	/* the ledger has lost something: only the next placing finds out whether all imports have
	 * names */
	bool lost;
	struct loop_timer timer; /* runs when the next slice is due */
	/* imports up to this place, in the order of the ledger, have a name or cannot have one
	 * now */
	struct import_place place;
	struct buf names; /* names that were given and are not durable; each ends with a NUL */
	/* a user has taken the name of an import: some of the names may be no import's any more */
	bool has_lost;
	struct making making;  /* makes the files of names that are durable */
	bool all_named;	       /* the ledger has no further import that could get a name */
	struct waiter *waiter; /* waits until the names are durable */
};

/* Begins a placing: works in slices until every import that can have a file has one. If a placing
 * is under way already, it begins anew at its end. done is called at the end. If it is
 * NULL, nobody new waits, and an earlier call's done stays. */
void placing_begin(struct placing *placing, struct engine *engine, placing_done_fn *done,
		   void *data);

/* Stops the placing: done is not called. Does nothing if no placing is under way. */
void placing_cancel(struct placing *placing);

/* Call this when the ledger has lost what an iteration has recorded. A placing that is under way
 * begins anew at its end, and makes no file for a name that the ledger has lost. Its done is not
 * called. */
void placing_lost(struct placing *placing);

/* Call this when a user has taken the name of an import. If the import's file is not made yet, it
 * will not be made. */
void placing_name_taken(struct placing *placing);

/* Removes the file of an import. Does nothing if its name has a row in the ledger by now: then the
 * file is a user's. Returns 0 or -errno. */
int placing_remove_file(struct engine *engine, const struct import_record *import);

#endif
