/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_SUBMIT_H
#define COCFS_SUBMIT_SUBMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "job/dsl/check.h"
#include "job/record.h"

/*
 * The door of submit: all that fs/space knows of what is recorded, and of submitting.
 *
 * Changes are applied at once, and every later read sees them. They become durable together at the
 * end of the iteration, or at submit_save(). All functions return 0 or a negative errno, unless
 * they say otherwise. -EIO, -ENOSPC, -ENOMEM: the ledger cannot be read or written.
 */
struct engine; /* submit/mount.h opens it */
struct waiter; /* somebody who waits for an outcome */

/* Tells an outcome: 0 or a negative errno. Called once, at the end of an iteration, and never from
 * within the function that it was given to. */
typedef void submit_done_fn(void *data, int result);

/* ---- what is recorded: lookup.c ---- */

/* Finds the row of a path. -ENOENT: never heard of. */
int submit_find(struct engine *engine, const char *path, struct job_record *ret_record);

/* The siblings of a path, cheaper than its row. -ENOENT: never heard of. */
int submit_glance(struct engine *engine, const char *path, struct job_glance *ret_glance);

/* What can be asked with a yes or a no for an answer. */
enum submit_condition {
	PATH_HAS_JOB,	   /* it is bound to a job, or one is being made for it */
	PATH_HAS_ROWS,	   /* it has a row, or a path below it has one */
	PATH_IS_BUSY,	   /* it is not idle, or a path below it has something unfinished */
	PATH_IS_UNDER_WAY, /* a submission of it is under way or in doubt */
	/* The others are of no path. */
	SOME_NAME_IS_UNMADE,	 /* cheap: ask this before you look for a path */
	CHANGES_ARE_UNCOMMITTED, /* something was changed since the last commit */
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
	/* Records who has what row keeps: holding. */
	CHANGE_HOLDING,
	/* The versions of row so far are hidden from the heir of holding. */
	CHANGE_HIDE_VERSIONS,
	/* Row is not found by its path any more. Its submissions go on, and it moves with its
	 * directory. */
	CHANGE_SET_ASIDE,
	/* Row, which was set aside, is found by its path again. The path must have no other row. */
	CHANGE_BRING_BACK,
	/* The .error of row is removed; the state and the story stay. */
	CHANGE_DISMISS,
	/* The story of row, whose path has no file, ends. A row that knows nothing else goes. */
	CHANGE_END_STORY,
	/* Forgets the binding of record and all that was sent. Without a binding it ends the doubt
	 * of a create, which counts as not done. -EBUSY: something is unfinished; -ENODATA: there
	 * is neither. */
	CHANGE_FORGET,
	/* attr is taken from the file of path: its name must not keep it, or attr would come back.
	 * Returns 1 if the name had kept it, else 0. */
	CHANGE_DISOWN,
	/* path has no file and is about to be committed, with content of owner's. */
	CHANGE_MARK_UNMADE,
	/* path has a file now. */
	CHANGE_UNMARK_UNMADE,
	/* Row goes back to path, a name that was made again. The file that was moved away is marked
	 * as a backup (backup, NULL: the file is gone). Both happen or neither, and are committed.
	 * -EEXIST: path has a job of its own, or one is made for it; or there is no such row. */
	CHANGE_GIVE_BACK,
	/* path was written: it is no backup any more. */
	CHANGE_UNMARK_BACKUP,
	/* path has no file any more that could be a backup. */
	CHANGE_DROP_BACKUP,
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

/* ---- commits: commit.c ---- */

/* The rules of a mount: whether what was written may be submitted, and how. */
struct commit_rules {
	enum dsl_level validate;
	enum risk max_risk;
	bool queue; /* submit=queue: a commit is done when it is durable here */
};

/*
 * The user whose content it is, for the row that is written. without_text: the row was another
 * user's so far, and its text is not for this file (owner.h). Then the story of a refusal goes, and
 * so do the name and the description that the job's name has kept. The risk level stays.
 */
struct author {
	struct holding holding; /* the row's from now on */
	bool without_text;
};

/*
 * What is committed.
 *
 * Attributes of the file's own that can change (job/fixed.h) stay with the job's name, as its
 * binding does. Many tools put a new file in the place of the old one (sed -i, rsync, tar, most
 * editors). A job must not become LOW by an editor's choice. The ledger knows which of what was
 * sent, or is to be sent, were the file's own. A commit puts what the file lacks of them on it
 * again. Only taking an attribute from the job file (CHANGE_DISOWN) makes its name forget it.
 */
struct commit {
	const struct commit_rules *rules;
	const char *path;  /* relative to the mount */
	const char *shown; /* the path as a person at the shell would give it, for messages */
	struct author author;
	uid_t user;	 /* whose request it is */
	int64_t base;	 /* the version that the user has read, if the user names one; else 0 */
	unsigned named;	 /* attributes that the user has just set on the file: bits 1 << attr */
	char *content;	 /* owned, taken */
	bool adopts;	 /* the user may be given a job that the service has already */
	bool is_renamed; /* the file gets the content by a rename, or a link, after the commit */
	bool keeps_text; /* only an attribute or the base is new: nobody has written the text */
	size_t size;
	struct attr_set own;	   /* the file's attributes: taken */
	struct attr_set inherited; /* its directories' and the mount's, nearest first: taken;
				      defaulted: the mount's */
	/* puts an attribute that the job's name has kept on the file, which lacks it */
	void (*put)(void *file, enum attr attr, const char *value);
	void *file;
};

/* Frees what a commit owns. */
static inline void commit_finish(struct commit *commit)
{
	free(steal_ptr(commit->content));
	attr_set_finish(&commit->own);
	attr_set_finish(&commit->inherited);
}

/*
 * Commits. Takes what the commit owns, also on failure. Returns 0 with *ret_waiter NULL: nothing
 * had to be sent (the content is empty, or what the service holds). 0 with a waiter, which is valid
 * until done is called or submit_waiter_drop(): done tells what became of the content, with
 * submit=queue that the content is durable here. A negative errno: the commit is refused, and its
 * story is recorded.
 */
int submit_commit(struct engine *engine, struct commit *take_commit, submit_done_fn *done,
		  void *data, struct waiter **ret_waiter);

/* Refuses what was written before any rule was looked at: err has the reason. incomplete: the
 * content is half of what its writer meant. No change of an attribute may submit it. Returns
 * -err->errnum. */
int submit_refuse(struct engine *engine, const char *path, const struct author *author,
		  bool incomplete, const struct err *err);

/* A job that is to be deleted on the service. Borrowed. */
struct deletion {
	const struct job_record *record; /* what is recorded of it now, with a job ID */
	const char *path;
	uid_t user; /* whose request it is */
};

/* Deletes a job on the service, and on success the row. Returns 0 and a waiter as submit_commit()
 * does; -EBUSY: the job is not idle; -errno. err is filled on failure. */
int submit_delete(struct engine *engine, const struct deletion *deletion, submit_done_fn *done,
		  void *data, struct waiter **ret_waiter, struct err *err);

/*
 * Has done called with a result as soon as what this iteration has changed is committed, so that
 * what somebody was told is still so after a crash. If that fails, done gets the result, or why it
 * failed if the result is 0. Returns a waiter as submit_commit() does. NULL: nothing waits to be
 * committed, or out of memory; done is not called.
 */
struct waiter *submit_when_recorded(struct engine *engine, int result, submit_done_fn *done,
				    void *data);

/* Stops waiting: done is not called. What is under way goes on. */
void submit_waiter_drop(struct waiter *waiter);

/* ---- reports: refusals.c, queue_listing.c, engine.c ---- */

/* The story of the newest refusal of a path that the ledger could not record, borrowed, and whose
 * it is. NULL: there is none. */
const char *submit_story(const struct engine *engine, const char *path,
			 struct holding *ret_holding);

/* The unfinished submissions, while they are listed or counted. Set what is above the line. */
struct queue_listing {
	/* May the reader see a row? Takes an error away that is not for the reader. */
	bool (*may_see)(void *data, struct job_pending *row);
	void *data;
	/* ---- */
	struct buf *text;
	int64_t resumes_ms; /* until then (since the epoch, 0: now) the queue stands still */
	int64_t rows, last;
	int64_t hidden; /* rows that the reader may not see, of those that were looked at */
	int64_t more;	/* at the end: rows that were not looked at */
	bool is_listed;
	struct queued_count queued;
};

/*
 * Appends some of the unfinished submissions: in the order of their commits a line each, STATE
 * ATTEMPTS NEXT_TRY PATH LAST_ERROR with tabs between. PENDING_LINES_MAX of them are looked at, and
 * PENDING_TEXT_MAX bytes written. At the end a line without a tab says how many of these rows the
 * reader may not see. Another one says how many more there are. text NULL: nothing is written, only
 * counted. Returns 1 if there is more to be written or counted, 0 at the end, or -errno.
 */
int submit_write_queue(struct engine *engine, struct queue_listing *listing, struct buf *text);

/* Appends what was counted, and what is true now, as text for .coc/metrics, when all that is queued
 * is counted. Returns 1 if it has yet to be counted on, 0 at the end, or -errno. */
int submit_write_metrics(struct engine *engine, struct queued_count *queued, struct buf *text);

#endif
