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
 * The door of fs/submit: all that fs/space knows of what is recorded, and of submitting.
 * CONTRIBUTING.md ("Words") explains the words of this project: job, row, sibling, story and
 * others.
 *
 * Changes are applied at once, and every later read sees them. They become durable together at the
 * end of the iteration, or at submit_save(). All functions return 0 or a negative errno, unless
 * they say otherwise. -EIO, -ENOSPC, -ENOMEM: the ledger cannot be read or written.
 */
struct engine; /* submit_open() in submit/mount.h makes it */
struct waiter; /* waits for an outcome */

/* Receives an outcome: 0 or a negative errno. Called once, at the end of an iteration, and never
 * from within the function that it was given to. */
typedef void submit_done_fn(void *data, int result);

/* ---- what is recorded: lookup.c ---- */

/* Finds the row of a path. -ENOENT: the path has no row. */
int submit_find(struct engine *engine, const char *path, struct job_record *ret_record);

/* Reads what the siblings of a path show; cheaper than submit_find(). -ENOENT: the path has no
 * row. */
int submit_glance(struct engine *engine, const char *path, struct job_glance *ret_glance);

/* Questions with a yes or a no for an answer. */
enum submit_condition {
	PATH_HAS_JOB,	   /* is the path bound to a job, or is a job being made for it? */
	PATH_HAS_ROWS,	   /* does the path have a row, or a path below it? */
	PATH_IS_BUSY,	   /* has the path, or a path below it, an unfinished submission? */
	PATH_IS_UNDER_WAY, /* is a submission of the path under way or in doubt? */
	/* The next conditions need no path. */
	/* is a name marked as unmade? Cheap: ask this before you look for a path */
	SOME_NAME_IS_UNMADE,
	CHANGES_ARE_UNCOMMITTED, /* was something changed since the last commit? */
};

/* Asks whether a condition holds. path: NULL if the condition needs none. Returns 1, 0 or
 * -errno. */
int submit_ask(struct engine *engine, enum submit_condition condition, const char *path);

/* Finds the path of a row; allocated. -ENOENT: there is no such row. */
int submit_path(struct engine *engine, int64_t row, char **ret_path);

/* Lists the rows of a path: the row that the path finds, then the rows that are set aside, the
 * latest made first. Returns how many there are, or -errno. */
int submit_claims(struct engine *engine, const char *path,
		  struct job_claim ret_claims[CLAIMS_ASIDE_MAX + 1]);

/* Lists the paths below a directory that have a row, also one that is set aside. *ret_paths holds
 * them one after the other, each ends with a NUL; *ret_size is the size of all. The caller frees
 * them. */
int submit_paths_below(struct engine *engine, const char *path, char **ret_paths, size_t *ret_size);

/* Finds the next name of a directory that is marked as unmade, in the order of rows. after: the row
 * before it, 0 for the first. -ENOENT: there is none. */
int submit_next_unmade(struct engine *engine, const char *directory, int64_t after,
		       struct job_unmade *ret_unmade);

/* Calls read within one transaction of the ledger, in which many reads cost less than each by
 * itself. read must change nothing. Returns what read returns, or -errno. */
int submit_read_many(struct engine *engine, int (*read)(void *data), void *data);

/* ---- changes that are no submissions: change.c, renames.c ---- */

enum submit_change_kind {
	/* Records in row who has the file: holding. */
	CHANGE_HOLDING,
	/* Hides the versions that row has so far from the heir of holding. */
	CHANGE_HIDE_VERSIONS,
	/* Sets row aside: a search for its path does not find the row any more. The row's
	 * submissions go on. A rename of its directory still moves the row. */
	CHANGE_SET_ASIDE,
	/* Brings back a row that was set aside: a search for its path finds the row again. The path
	 * must have no other row. */
	CHANGE_BRING_BACK,
	/* Removes the .error file of row. The state stays, and so does the story: the text of
	 * .error in the ledger. */
	CHANGE_DISMISS,
	/* Deletes the story of row, whose path has no file. Removes the row if nothing else is
	 * recorded in it. */
	CHANGE_END_STORY,
	/* Forgets the binding of record and all that was sent. If there is no binding, ends the
	 * doubt of a create, which counts as not done. -EBUSY: a submission is unfinished.
	 * -ENODATA: there is neither a binding nor a doubt. */
	CHANGE_FORGET,
	/* Call this when attr is removed from the file of path: its name must not keep attr, or
	 * attr would come back. Returns 1 if the name had kept it, else 0. */
	CHANGE_DISOWN,
	/* Marks path as unmade: it has no file yet, and is about to be committed with content of
	 * owner. */
	CHANGE_MARK_UNMADE,
	/* Ends that mark: path has a file now. */
	CHANGE_UNMARK_UNMADE,
	/*
	 * Gives row back to path, a name that was made again. Marks the file that was moved away as
	 * a backup (backup; NULL: that file is gone). Both happen or neither, and are committed.
	 * -EEXIST: path has a job of its own, or one is being made for it, or there is no such row.
	 */
	CHANGE_GIVE_BACK,
	/* The file of a backup was written: path is no backup any more. */
	CHANGE_UNMARK_BACKUP,
	/* The file of a backup is gone: path is no backup any more. */
	CHANGE_DROP_BACKUP,
};

/* A change. Set the members that the comment of its kind names. Borrowed. */
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

/* Makes a change. Returns 0, or the value that its kind says, or -errno. */
int submit_change(struct engine *engine, const struct submit_change *change);

/* Commits what was changed so far, so that a crash of this process does not lose it. On failure
 * everything since the last commit is undone. */
int submit_save(struct engine *engine);

enum rename_step {
	RENAME_BEGIN, /* a rename is about to be done: records that, durably, and sets rename->id */
	/* it was done: the rows of from and of all below it move along (exchange: both ways) */
	RENAME_DONE,
	RENAME_UNDONE, /* the rename was not done */
	RENAME_SAVE, /* records a save as submit_save() does, after RENAME_DONE or RENAME_UNDONE */
};

/* Records a step of a rename in the spool. If the end of a rename cannot be recorded, call
 * submit_settle_renames() later. */
int submit_rename(struct engine *engine, enum rename_step step, struct job_rename *rename);

/* Was this rename done, which has begun? Returns 1 or 0, and sets the kinds of files in rename.
 * -EBUSY: the rename is under way, and its record stays. */
typedef int rename_was_done_fn(void *data, struct job_rename *rename);

/* Ends the renames whose end could not be recorded, if there are any. Nothing may be submitted
 * before: a path could have another path's binding. */
int submit_settle_renames(struct engine *engine, rename_was_done_fn *was_done, void *data);

/* ---- commits: commit.c ---- */

/* The rules of a mount: may a written text be submitted, and how? */
struct commit_rules {
	enum dsl_level validate;
	enum risk max_risk;
	bool queue; /* submit=queue: a commit is done when it is durable here */
};

/*
 * The user who has written the content, for the row of the path. without_text: the row was another
 * user's so far, and its text is not for this file (owner.h). Then the story of a refusal is
 * removed, and so are the name and the description that the job file name has kept. The risk level
 * stays.
 */
struct author {
	struct holding holding; /* becomes the row's holding */
	bool without_text;
};

/*
 * What is committed.
 *
 * Attributes of the file's own that can change (job/fixed.h) stay with the job file name, as its
 * binding does. Many tools put a new file in the place of the old one (sed -i, rsync, tar, most
 * editors). A job must not become LOW by an editor's choice. The ledger records which of the
 * attributes that were sent, or are to be sent, were the file's own. A commit sets those again that
 * the file lacks. Only when a user removes an attribute from the job file (CHANGE_DISOWN) its name
 * forgets it.
 */
struct commit {
	const struct commit_rules *rules;
	const char *path;  /* the path relative to the mount */
	const char *shown; /* the path as a person at the shell would write it, for messages */
	struct author author;
	uid_t user; /* the user who made the kernel's request */
	/* The version that the content is based on: the user has named it (coc.base), or the
	 * writing process is known to have read it. 0: the base of the row counts. */
	int64_t base;
	unsigned named; /* attributes that the user has just set on the file: bits 1 << attr */
	char *content;	/* the content; owned, and the commit takes it */
	bool adopts;	/* the user may get a job that the service already has */
	/* the content is committed before a rename or a link puts it into the file */
	bool is_renamed;
	/* no program has written this text for this commit: an attribute or the base is new, or a
	 * file that was moved away comes back */
	bool keeps_text;
	size_t size;
	struct attr_set own; /* the file's attributes; the commit takes them */
	/* attributes of the directories and the mount, nearest first; the commit takes them. Its
	 * member `defaulted` says which come from the mount */
	struct attr_set inherited;
	/* sets an attribute on the file that the job file name has kept and the file lacks */
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
 * Commits content. Takes what the commit owns, also on failure.
 *
 * Returns 0 with *ret_waiter NULL if nothing had to be sent: the content is empty, or the service
 * holds it already. Returns 0 with a waiter if the outcome comes later through done. The waiter is
 * valid until done is called or submit_waiter_drop(). With submit=queue done is called when the
 * content is durable here. Returns a negative errno if the commit is refused; its story is
 * recorded.
 */
int submit_commit(struct engine *engine, struct commit *take_commit, submit_done_fn *done,
		  void *data, struct waiter **ret_waiter);

/* Refuses content before any rule is checked. The reason is in err. If incomplete, the writer has
 * written only a part of the content, so no change of an attribute may submit it. Returns
 * -err->errnum. */
int submit_refuse(struct engine *engine, const char *path, const struct author *author,
		  bool incomplete, const struct err *err);

/* A job that is to be deleted on the service. Borrowed. */
struct deletion {
	const struct job_record *record; /* what is recorded of it now, with a job ID */
	const char *path;
	uid_t user; /* the user who made the kernel's request */
};

/* Deletes a job on the service, and on success its row. Returns 0 and a waiter as submit_commit()
 * does, or -errno with err filled. -EBUSY: the job is not idle. */
int submit_delete(struct engine *engine, const struct deletion *deletion, submit_done_fn *done,
		  void *data, struct waiter **ret_waiter, struct err *err);

/*
 * Waits for the commit of what this iteration has changed, so that what a program was told is still
 * true after a crash. Then calls done with result; if the commit fails, and result is 0, with the
 * -errno of the commit. Returns a waiter as submit_commit() does. NULL: nothing has to be
 * committed, or out of memory; then done is not called.
 */
struct waiter *submit_when_recorded(struct engine *engine, int result, submit_done_fn *done,
				    void *data);

/* Stops waiting: done is not called. The submission goes on. */
void submit_waiter_drop(struct waiter *waiter);

/* ---- reports: refusals.c, queue_listing.c, engine.c ---- */

/* Returns the story of the newest refusal of a path that the ledger could not record, and who has
 * the file. The story is borrowed. NULL: there is none. */
const char *submit_story(const struct engine *engine, const char *path,
			 struct holding *ret_holding);

/* The state of one listing or counting of the unfinished submissions. Set the members above the
 * line. */
struct queue_listing {
	/* May the reader see this row? Also removes an error from the row that is not for the
	 * reader. */
	bool (*may_see)(void *data, struct job_pending *row);
	void *data;
	/* ---- below: for submit_write_queue() alone ---- */
	struct buf *text;
	int64_t resumes_ms; /* when the queue goes on, since the epoch; 0: now */
	int64_t rows, last;
	int64_t hidden; /* rows that the reader may not see, of those that were looked at */
	int64_t more;	/* at the end: rows that were not looked at */
	bool is_listed;
	struct queued_count queued;
};

/*
 * Appends some of the unfinished submissions, in the order of their commits, one line each: STATE
 * ATTEMPTS NEXT_TRY PATH LAST_ERROR with tabs between. Looks at PENDING_LINES_MAX of them at most,
 * and writes PENDING_TEXT_MAX bytes at most. At the end a line without a tab says how many of these
 * rows the reader may not see. Another line says how many more there are. text NULL: counts only.
 * Returns 1 if there is more to write or count (call again), 0 at the end, or -errno.
 */
int submit_write_queue(struct engine *engine, struct queue_listing *listing, struct buf *text);

/* Appends all metrics as text for .coc/metrics, once all queued submissions are counted. Returns 1
 * if the count is not at its end (call again), 0 at the end, or -errno. */
int submit_write_metrics(struct engine *engine, struct queued_count *queued, struct buf *text);

#endif
