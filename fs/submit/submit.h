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
 * The door of fs/submit for fs/space: what is recorded of a path, and how its content is submitted.
 * Some subjects have their own header for fs/space: catalogue.h, changes.h, freshness.h, imports.h,
 * job_naming.h and show.h. CONTRIBUTING.md ("Words") explains the words of this project: job, row,
 * sibling, story and others.
 *
 * Changes are applied at once, and every later read sees them. They are committed together at the
 * end of the iteration, or by submit_save(). After that a crash of this process does not lose them.
 * All functions return 0 or a negative errno, unless they say otherwise. -EIO, -ENOSPC, -ENOMEM:
 * the ledger cannot be read or written.
 */
struct engine; /* submit_open() in submit/mount.h makes it */
struct waiter; /* waits for the outcome of a submission, or for a commit of the ledger */

/* Receives an outcome: 0 or a negative errno. Called once, at the end of an iteration, and never
 * from within the function that it was given to. */
typedef void submit_done_fn(void *data, int result);

/* ---- what is recorded: lookup.c ---- */

/* Finds the row of a path. The caller frees *ret_record with job_record_finish(). -ENOENT: the path
 * has no row. */
int submit_find(struct engine *engine, const char *path, struct job_record *ret_record);

/* Reads what the siblings of a path show; cheaper than submit_find(). -ENOENT: the path has no
 * row. */
int submit_glance(struct engine *engine, const char *path, struct job_glance *ret_glance);

/* Questions with a yes or a no for an answer. */
enum submit_condition {
	PATH_HAS_JOB,  /* is the path bound to a job, or is a job being made for it? */
	PATH_HAS_ROWS, /* does the path, or a path below it, have a row? */
	/* has the path, or a path below it, an unfinished submission? Of a path below, a submission
	 * that waits for a slot does not count: the ledger does not have it yet */
	PATH_IS_BUSY,
	/* is a submission of the path in memory: waiting, under way or in doubt? A queued one is in
	 * the ledger only, and does not count */
	PATH_IS_UNDER_WAY,
	/* The next conditions need no path. */
	/* is any path marked as unmade (CHANGE_MARK_UNMADE)? Cheap: ask this before
	 * submit_next_unmade() */
	SOME_NAME_IS_UNMADE,
	CHANGES_ARE_UNCOMMITTED, /* was anything changed in the ledger since its last commit? */
};

/* Asks whether a condition holds. path: NULL if the condition needs none. Returns 1, 0 or
 * -errno. */
int submit_ask(struct engine *engine, enum submit_condition condition, const char *path);

/* Finds the path of a row. The caller frees *ret_path. -ENOENT: there is no such row. */
int submit_path(struct engine *engine, int64_t row, char **ret_path);

/* Lists the rows of a path: the row that the path finds, then the rows that are set aside
 * (CHANGE_SET_ASIDE), the latest made first, CLAIMS_ASIDE_MAX at most. Returns how many are in
 * ret_claims, or -errno. */
int submit_claims(struct engine *engine, const char *path,
		  struct job_claim ret_claims[CLAIMS_ASIDE_MAX + 1]);

/* Lists the paths below a directory that have a row, also one that is set aside. *ret_paths gets
 * the paths one after the other, each with a NUL at its end. *ret_size gets their size in bytes,
 * NULs included. The caller frees *ret_paths. */
int submit_paths_below(struct engine *engine, const char *path, char **ret_paths, size_t *ret_size);

/* Finds the next name in a directory that is marked as unmade (CHANGE_MARK_UNMADE), in the order of
 * the rows' numbers. after: the row of the name that was found last (ret_unmade->row); 0: find the
 * first. -ENOENT: there is no further name. */
int submit_next_unmade(struct engine *engine, const char *directory, int64_t after,
		       struct job_unmade *ret_unmade);

/* Calls read within one transaction of the ledger, in which many reads cost less than each by
 * itself. read must change nothing. Returns what read returns, or -errno. */
int submit_read_many(struct engine *engine, int (*read)(void *data), void *data);

/* ---- changes that are no submissions: change.c, renames.c ---- */

enum submit_change_kind {
	/* Records holding in row: who has the file of the row's path. */
	CHANGE_HOLDING,
	/* Hides the versions that row has so far from holding->heir: a user who has made the name
	 * of another user's file again. */
	CHANGE_HIDE_VERSIONS,
	/* Sets row aside: a search for its path does not find the row any more. The row's
	 * submissions go on. A rename of its directory still moves the row. */
	CHANGE_SET_ASIDE,
	/* Brings back a row that was set aside: a search for its path finds the row again. The path
	 * must have no other row. */
	CHANGE_BRING_BACK,
	/* Removes the .error sibling of row. The state stays in the ledger, and so does the story,
	 * the text of the sibling: coc.error still shows it. */
	CHANGE_DISMISS,
	/* Deletes the story of row (the text of its .error), and row itself if nothing else is
	 * recorded in it. Only for a row whose path has no file: the caller must have checked that.
	 * If there is a file, use CHANGE_DISMISS. */
	CHANGE_END_STORY,
	/* Forgets the binding of a row, and all that was sent for the row. record is a copy of the
	 * row. If the row has no binding, but a create in doubt, this create counts as not done.
	 * -EBUSY: a submission of the row is unfinished, or its doubt cannot be ended yet.
	 * -ENODATA: there is neither a binding nor a doubt. */
	CHANGE_FORGET,
	/* Call this when a user removes attr from the file of path. The name of the file forgets
	 * attr: otherwise the next commit would set attr on the file again. Returns 1 if the name
	 * had kept attr, else 0. */
	CHANGE_DISOWN,
	/* Marks path as unmade: a rename or a link puts a file there, but only after the commit of
	 * its content. If path has no row, makes one for owner, the owner of that file. */
	CHANGE_MARK_UNMADE,
	/* Removes the mark of CHANGE_MARK_UNMADE from path, which has a file now. A path without
	 * the mark is accepted. */
	CHANGE_UNMARK_UNMADE,
	/*
	 * Gives row back to path. A tool has moved the file of path away, row has followed that
	 * file, and now path has a new file. Marks the file that was moved away as a backup: backup
	 * describes the file, NULL if it is gone. Both changes are made and committed, or neither.
	 * -EEXIST: path has a job of its own, or one is being made for it, or there is no such row.
	 */
	CHANGE_GIVE_BACK,
	/* Call this when the file at path was written: if it was a backup, it is none any more. Its
	 * row stays. */
	CHANGE_UNMARK_BACKUP,
	/* Call this when the file at path is gone: if it was a backup, deletes its row. A row with
	 * a job or a story stays, without the mark. */
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

/* Makes a change. Returns 0, or the value that the comment of its kind names, or -errno. */
int submit_change(struct engine *engine, const struct submit_change *change);

/* Commits what was changed so far, so that a crash of this process does not lose it. On failure
 * everything since the last commit is undone. */
int submit_save(struct engine *engine);

enum rename_step {
	RENAME_BEGIN, /* records durably that a rename is about to be done, and sets rename->id */
	/* the rename was done: the rows of rename->from and of all paths below it move along. With
	 * rename->exchange the rows of rename->to move the other way */
	RENAME_DONE,
	RENAME_UNDONE, /* the rename was not done */
	RENAME_SAVE, /* commits the record of RENAME_DONE or RENAME_UNDONE, as submit_save() does */
};

/* Records a step of a rename in the spool. Returns 0 or -errno. If one of the last three steps
 * fails, call submit_settle_renames() later. */
int submit_rename(struct engine *engine, enum rename_step step, struct job_rename *rename);

/* Was this rename, which the ledger has as begun, done in the spool? Returns 1 or 0, and sets
 * rename->directory and rename->to_directory. Returns -EBUSY if the rename is still under way: then
 * its record stays. Returns another -errno if that cannot be told now. */
typedef int rename_was_done_fn(void *data, struct job_rename *rename);

/* Ends the renames whose end could not be recorded, if there are any. Asks was_done what became of
 * each. Submit nothing before this has returned 0: a path could have another path's binding. */
int submit_settle_renames(struct engine *engine, rename_was_done_fn *was_done, void *data);

/* ---- commits: commit.c ---- */

/* The rules of a mount: may a written text be submitted, and how? */
struct commit_rules {
	enum dsl_level validate; /* how strictly the check of the DSL refuses a text */
	enum risk max_risk;	 /* a commit with a higher risk level is refused */
	bool queue;		 /* submit=queue: a commit is done when it is durable here */
};

/*
 * The user who has written the content, for the row of the path. without_text: the row was another
 * user's so far, and this user may not read its texts (job/owner.h). In that case the commit
 * removes the story of a refusal, the warnings, and the name and the description that the job file
 * name has kept. The risk level stays.
 */
struct author {
	struct holding holding; /* the row's holding from this commit on */
	bool without_text;
};

/*
 * What is committed.
 *
 * The file's own attributes stay with the job file name, as its binding does, if they can change
 * (job/fixed.h). Many tools put a new file in the place of the old one (sed -i, rsync, tar, most
 * editors). Without this a job would lose its risk level, for example, when an editor replaces its
 * file. The ledger records which of the attributes that were sent, or are to be sent, were the
 * file's own. If the file lacks one of them, a commit sets it again. Only when a user removes an
 * attribute from the job file (CHANGE_DISOWN), its name forgets the attribute.
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
	bool adopts;	/* a create may take a job that the service already has (adoption.c) */
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
	/* called for each attribute that the job file name has kept and the file lacks: sets the
	 * attribute on the file. file is the member below */
	void (*put)(void *file, enum attr attr, const char *value);
	void *file; /* the first argument of put */
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
 * Returns 0 with *ret_waiter NULL if there is nothing to wait for: the content is empty, or, with
 * submit=queue, the service holds the content already. Then done is not called. Returns 0 with a
 * waiter if done gets the outcome later. The waiter is valid until done is called or
 * submit_waiter_drop(). With submit=queue done is called when the content is durable here. Returns
 * a negative errno if the commit is refused: the story of the refusal is recorded, and done is not
 * called.
 */
int submit_commit(struct engine *engine, struct commit *take_commit, submit_done_fn *done,
		  void *data, struct waiter **ret_waiter);

/* Records that the content of path was refused before submit_commit() could be called. The reason
 * is in err. If incomplete, the writer has written only a part of the content, so no change of an
 * attribute may submit it. Returns -err->errnum. */
int submit_refuse(struct engine *engine, const char *path, const struct author *author,
		  bool incomplete, const struct err *err);

/* A job that is to be deleted on the service. Borrowed. */
struct deletion {
	/* the row of the job, as the ledger has it now; job_id is set */
	const struct job_record *record;
	const char *path;
	uid_t user; /* the user who made the kernel's request */
};

/* Deletes a job on the service, and on success its row. If the service shows no such job to the
 * mount's keys, that is a success, too, but the row stays. Returns 0 and a waiter, which is valid
 * until done gets the outcome or submit_waiter_drop(). Or returns -errno with err filled: then
 * nothing is deleted, and done is not called. -EBUSY: a submission of the row is unfinished. */
int submit_delete(struct engine *engine, const struct deletion *deletion, submit_done_fn *done,
		  void *data, struct waiter **ret_waiter, struct err *err);

/*
 * Call this before a program gets an answer: what it is told must still be true after a crash. At
 * the end of this iteration the ledger commits what the iteration has changed. Then done is called
 * with result; if result is 0 and the ledger's commit fails, with its -errno. Returns a waiter,
 * which is valid until done is called or submit_waiter_drop(). Returns NULL if the ledger has
 * nothing to commit, and also without memory for a waiter: done is not called, so answer now.
 */
struct waiter *submit_when_recorded(struct engine *engine, int result, submit_done_fn *done,
				    void *data);

/* Stops waiting: done is not called, and the waiter is freed. The submission goes on. */
void submit_waiter_drop(struct waiter *waiter);

/* ---- reports: refusals.c, queue_listing.c, engine.c ---- */

/* If the ledger could not record the newest refusal of this path, returns its story. The story is
 * borrowed, and valid until the next call of a function of this header. *ret_holding gets who has
 * the file. Returns NULL if the ledger lacks no refusal of the path. */
const char *submit_story(const struct engine *engine, const char *path,
			 struct holding *ret_holding);

/* The state of one listing or counting of the unfinished submissions. Set the members above the
 * line, and zero the others. */
struct queue_listing {
	/* May the reader see this submission? If the reader may not see the error of its last
	 * attempt, sets row->last_error to NULL. */
	bool (*may_see)(void *data, struct job_pending *row);
	void *data;
	/* ---- below: for submit_write_queue() alone ---- */
	struct buf *text;
	int64_t resumes_ms; /* when the queue goes on, since the epoch; 0: now */
	int64_t rows, last; /* submissions that were looked at, and the ID of the last of them */
	int64_t hidden;	    /* rows that the reader may not see, of those that were looked at */
	int64_t more;	    /* at the end: rows that were not looked at */
	bool is_listed;	    /* all unfinished submissions were looked at */
	struct queued_count queued; /* a count of all queued submissions, for `more` */
};

/*
 * Appends some of the unfinished submissions, in the order of their commits, one line each: STATE
 * ATTEMPTS NEXT_TRY PATH LAST_ERROR with tabs between. Looks at PENDING_LINES_MAX submissions at
 * most, and writes about PENDING_TEXT_MAX bytes at most. At the end a line without a tab says how
 * many of these submissions the reader may not see. Another line says how many submissions were not
 * looked at. text NULL: only counts, in listing->rows, ->hidden and ->more. Returns 1 if there is
 * more to write or count (call again), 0 at the end, or -errno.
 */
int submit_write_queue(struct engine *engine, struct queue_listing *listing, struct buf *text);

/* Counts some of the queued submissions in *queued (zero-initialise it before the first call). When
 * all are counted, appends all metrics as text for .coc/metrics. Returns 1 if the count is not at
 * its end (call again), 0 if the text is written, or -errno. */
int submit_write_metrics(struct engine *engine, struct queued_count *queued, struct buf *text);

#endif
