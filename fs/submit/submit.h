/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_SUBMIT_H
#define COCFS_SUBMIT_SUBMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "job/record.h"

/*
 * The door of submit: all that fs/space knows of what is recorded, and of submitting.
 *
 * Changes are applied at once, and every later read sees them. They become durable together at the
 * end of the iteration, or at submit_save(). All functions return 0 or a negative errno, unless
 * they say otherwise. -EIO, -ENOSPC, -ENOMEM: the ledger cannot be read or written.
 */
struct engine; /* submit/mount.h opens it */

/* ---- what is recorded: lookup.c ---- */

/* Finds the row of a path. -ENOENT: never heard of. */
int submit_find(struct engine *engine, const char *path, struct job_record *ret_record);

/* The siblings of a path, cheaper than its row. -ENOENT: never heard of. */
int submit_glance(struct engine *engine, const char *path, struct job_glance *ret_glance);

/* What can be asked with a yes or a no for an answer. */
enum submit_condition {
	PATH_HAS_JOB,		 /* it is bound to a job, or one is being made for it */
	PATH_HAS_ROWS,		 /* it has a row, or a path below it has one */
	PATH_IS_BUSY,		 /* it is not idle, or a path below it has something unfinished */
	PATH_IS_UNDER_WAY,	 /* a submission of it is under way or in doubt */
	SOME_NAME_IS_UNMADE,	 /* cheap, asked before you look for a path: of no path */
	CHANGES_ARE_UNCOMMITTED, /* something was changed since the last commit: of no path */
};

/* Does a condition hold? path: NULL where the condition is of no path. 1, 0 or -errno. */
int submit_ask(struct engine *engine, enum submit_condition condition, const char *path);

/* The path of a row, allocated. -ENOENT. */
int submit_path(struct engine *engine, int64_t row, char **ret_path);

/* The rows of a path: the one that is found by it, then those that are set aside, the latest made
 * first. Returns how many there are, or -errno. */
int submit_claims(struct engine *engine, const char *path,
		  struct job_claim ret_claims[CLAIMS_ASIDE_MAX + 1]);

/* The paths below a directory that have a row, be it set aside, as strings that end with a NUL, one
 * after the other, and their size. The caller frees them. */
int submit_paths_below(struct engine *engine, const char *path, char **ret_paths, size_t *ret_size);

/* The next name of a directory that is marked as unmade, by row after a row, 0 for the first.
 * -ENOENT: there is none. */
int submit_next_unmade(struct engine *engine, const char *directory, int64_t after,
		       struct job_unmade *ret_unmade);

/* Calls read. In it many reads cost less than each by itself, and nothing may be changed. Returns
 * what read returns, or -errno. */
int submit_read_many(struct engine *engine, int (*read)(void *data), void *data);

/* ---- what is recorded otherwise than by a submission: change.c, renames.c ---- */

enum submit_change_kind {
	CHANGE_HOLDING,	    /* of row: holding is recorded */
	CHANGE_SET_ASIDE,   /* row is not found by its path any more; its submissions go on, and it
			       moves with its directory */
	CHANGE_BRING_BACK,  /* row, which was set aside; its path must have no other row */
	CHANGE_DISMISS,	    /* of row: the .error is removed; the state and the story stay */
	CHANGE_END_STORY,   /* of row, whose path has no file: nobody is to hear of its refusal any
			       more; a row that knows nothing else goes */
	CHANGE_FORGET,	    /* of record: its binding and all that was sent; without a binding the
			       doubt of its create, which counts as not done. -EBUSY: something is
			       unfinished; -ENODATA: there is neither */
	CHANGE_DISOWN,	    /* of path: attr is taken from its file, and its name must not keep it,
			       or attr would come back. Returns 1 if the name had kept it, else 0 */
	CHANGE_MARK_UNMADE, /* path is about to be committed and has no file; owner: of the content
			     */
	CHANGE_UNMARK_UNMADE, /* path has a file now */
	CHANGE_GIVE_BACK, /* row goes back to path, a name that was made again, and the file that
			     was moved away is marked as a backup (backup, NULL: it is gone). All
			     of it or nothing, and committed. -EEXIST: path has a job of its own,
			     or one is made for it; or there is no such row any more */
	CHANGE_UNMARK_BACKUP, /* path was written: it is no backup any more */
	CHANGE_DROP_BACKUP,   /* path has no file any more that could be a backup */
};

/* A change, and what it is of: the members that its kind names. Borrowed. */
struct submit_change {
	enum submit_change_kind kind;
	int64_t row;
	const char *path;
	const struct job_record *record;
	const struct holding *holding;
	const struct owner *owner;
	const struct job_backup *backup;
	enum attr attr;
};

/* Makes a change. Returns 0, or what its kind says, or -errno. */
int submit_change(struct engine *engine, const struct submit_change *change);

/* Has a crash of this process find what was changed so far. On failure everything since the last
 * commit is undone. */
int submit_save(struct engine *engine);

enum rename_step {
	RENAME_BEGIN,  /* it is about to be done: recorded, durably; sets rename->id */
	RENAME_DONE,   /* the rows of from and of all below it move along (exchange: both ways) */
	RENAME_UNDONE, /* it was not done */
	RENAME_SAVE,   /* as submit_save(), after one of these two */
};

/* Records a step of a rename in the spool. If its end cannot be recorded, submit_settle_renames()
 * has to. */
int submit_rename(struct engine *engine, enum rename_step step, struct job_rename *rename);

/* Was a rename done that was begun? 1 or 0; rename tells the kinds then. -EBUSY: it is under way,
 * and stays as it is. */
typedef int rename_was_done_fn(void *data, struct job_rename *rename);

/* Ends the renames whose end could not be recorded, if there are any. Nothing may be submitted
 * before: a path could have another one's binding. */
int submit_settle_renames(struct engine *engine, rename_was_done_fn *was_done, void *data);

#endif
