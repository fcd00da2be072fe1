/* SPDX-License-Identifier: MIT */
#ifndef COCFS_LEDGER_LEDGER_H
#define COCFS_LEDGER_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/stall.h"
#include "job/known.h"
#include "job/record.h"

/*
 * The ledger: the durable record of bindings and submissions, one SQLite file. Its key is the path
 * relative to the spool's root ("sub/a.yaml", no "/" at the start). Changes are applied at once,
 * and every later read sees them. They become durable together, at the next ledger_commit().
 * docs/ledger.md has the schema and says what survives a crash. CONTRIBUTING.md ("Words") explains
 * the words of this project: job, row, sibling, story and others. All functions return 0 or a
 * negative errno: -EIO (SQLite failed), -ENOSPC (the disk is full), -ENOMEM, and those that a
 * comment names.
 */
struct ledger;

/* Which SOURCE and which state directory a ledger belongs to. is_same compares the recorded source
 * with `source`, in any spelling. is_same NULL: the texts must be equal. */
struct ledger_owner {
	const char *source;
	bool (*is_same)(const char *recorded, const char *source);
	/* the path of the instance file (instance.c); NULL: a copy of the ledger is not
	 * recognised */
	const char *instance;
	bool rebind; /* -o rebind: this copy lives on; what is unfinished is in doubt */
};

/*
 * Opens the ledger at path, and makes it if it is not there (mode 0600). owner: what the space
 * belongs to. After a crash a large ledger still has to be checked (ledger/check.h). Returns 0, or
 * -errno with err filled, which says what to do.
 *
 * -EXDEV: the ledger belongs to another SOURCE. -EPROTONOSUPPORT: a newer cocfs has made it.
 * -EUCLEAN: it is damaged. -ESTALE: it is a copy.
 */
int ledger_open(const char *path, const struct ledger_owner *owner, struct ledger **ret_ledger,
		struct err *err);

/* Counts the waits for the disk in *stall from now on. Borrowed until ledger_close(). */
void ledger_measure(struct ledger *ledger, struct stall *stall);

/* Commits the changes so far durably, and closes the ledger. A ledger that is not damaged gets a
 * seal (seal.h). NULL is accepted. */
void ledger_close(struct ledger *ledger);

/* Was something changed since the last commit? */
bool ledger_is_open(const struct ledger *ledger);

/*
 * Commits the changes so far. A commit survives a crash of this process. With durable it also
 * survives a loss of power (an fsync). On failure everything since the last commit is undone.
 */
int ledger_commit(struct ledger *ledger, bool durable);

/* Asks the disk to begin writing what was committed, so that a ledger_sync() soon after waits
 * less. */
void ledger_sync_soon(const struct ledger *ledger);

/* Makes all commits durable. Returns 0, or -errno: then a loss of power may lose what was committed
 * since the last sync. */
int ledger_sync(struct ledger *ledger);

/*
 * Returns a descriptor of the log, which the caller owns, or -errno. For a thread that syncs beside
 * the loop: an fdatasync(2) of it makes the commits durable that were made before it began. Report
 * each such sync with ledger_sync_begun(), and a failure with ledger_sync_failed().
 */
int ledger_log_open(const struct ledger *ledger);

/* Call this before a sync of the descriptor of ledger_log_open() begins. Returns 0, or -errno if
 * the sync must not begin: an earlier sync failed, and the log could not be written again. Then
 * call ledger_sync_failed(). */
int ledger_sync_begun(struct ledger *ledger);

/* Call this when such a sync has failed. The next durable commit syncs again, with all that the
 * disk may lack. */
void ledger_sync_failed(struct ledger *ledger);

/*
 * Gives some of the room that finished submissions have left back to the file system. Returns 1 if
 * there is more to give back (call again), 0, or -errno.
 */
int ledger_compact(struct ledger *ledger);

/* Commits since the ledger was opened: those with a sync of the disk, and the others. */
struct ledger_commits {
	uint64_t durable, other;
};
struct ledger_commits ledger_commits(const struct ledger *ledger);

/*
 * Calls fn for each path whose siblings may show something else: after each commit, and when
 * changes were undone. The file is named by path, or by row if path is NULL. The row may be gone by
 * then. If row is 0 and path is NULL, any path may have changed. A call of fn may read the ledger,
 * and must not write to it. NULL for fn ends the calls.
 */
typedef void ledger_change_fn(void *data, int64_t row, const char *path);
void ledger_on_change(struct ledger *ledger, ledger_change_fn *fn, void *data);

/* Calls the function of ledger_on_change() for the changes so far, before they are committed. For
 * an answer that does not wait for the commit. */
void ledger_tell_changes(struct ledger *ledger);

/* Undoes everything since the last commit. ledger_take_loss() reports the loss once. */
void ledger_undo(struct ledger *ledger);

/* Was anything undone since the last call? Then what was recorded in the meantime may be gone. */
bool ledger_take_loss(struct ledger *ledger);

/*
 * Many reads between these two calls cost less than each by itself. Write nothing between the
 * calls.
 *
 * The function ledger_look_end() may be called without a beginning.
 */
int ledger_look_begin(struct ledger *ledger);
void ledger_look_end(struct ledger *ledger);

/* Finds the row of a path. -ENOENT: the path has none. */
int ledger_find(struct ledger *ledger, const char *path, struct job_record *ret_job);

/* Reads a row. -ENOENT: there is no such row. */
int ledger_get(struct ledger *ledger, int64_t row, struct job_record *ret_job);

/* Finds the number of a path's row. -ENOENT: the path has no row. */
int ledger_row(struct ledger *ledger, const char *path, int64_t *ret_row);

/* Finds the number of a path's row. Makes the row if there is none: as a draft that this owner
 * has. */
int ledger_ensure(struct ledger *ledger, const char *path, const struct owner *owner,
		  int64_t *ret_row);

/* Finds the row of a path. Makes the row if there is none: as a draft that this owner has. */
int ledger_find_or_make(struct ledger *ledger, const char *path, const struct owner *owner,
			struct job_record *ret_job);

/* Reads what the siblings of a path show. -ENOENT: the path has no row. */
int ledger_glance(struct ledger *ledger, const char *path, struct job_glance *ret_glance);

/* Is a path bound to a job, or is a job being made for it? Returns 1, 0 or -errno. */
int ledger_has_job(struct ledger *ledger, const char *path);

/* Is a path bound to this job ID? Also yes if a path was bound to the job, and the binding was
 * ended (ledger_forget()): the file is to have a new job then. Returns 1, 0 or -errno. */
int ledger_is_bound(struct ledger *ledger, const char *job_id);

/*
 * Records that the rules, the check or a failed write refused the newest content of a row. The
 * state is JOB_FAILED, or JOB_DRAFT if incomplete. While older content is queued or under way, the
 * state stays that of the older content until its end. The story stays until ledger_overwrite().
 */
int ledger_refuse(struct ledger *ledger, int64_t row, bool incomplete, const struct err *err,
		  const char *story);

/* Call this when newer content is committed: removes what was recorded of a refusal. A job that had
 * failed is JOB_DRAFT until the newer content is recorded. */
int ledger_overwrite(struct ledger *ledger, int64_t row);

/* Records the warnings that the check of the DSL gave for a row's content, in place of the earlier
 * ones. NULL: there are none. */
int ledger_warn(struct ledger *ledger, int64_t row, const char *warnings);

/* Adds a line to the warnings of a row. The next ledger_warn() replaces the whole text. */
int ledger_warn_more(struct ledger *ledger, int64_t row, const char *line);

/* Records that the service holds what was committed: JOB_SUBMITTED, no error. attrs: the attributes
 * of the commit. The record of what the service holds stays as it is. */
int ledger_agree(struct ledger *ledger, int64_t row, const struct attr_set *attrs);

/* Removes the .error of a row: a user has removed the sibling. The state and the story stay. */
int ledger_dismiss(struct ledger *ledger, int64_t row);

/* Forgets the binding and all that was sent. The state is JOB_DRAFT, or JOB_QUEUED if content is
 * queued. */
int ledger_forget(struct ledger *ledger, int64_t row);

/* Records that an attribute is no longer the file's own: neither in what the service holds nor in
 * what is queued. */
int ledger_disown(struct ledger *ledger, int64_t row, enum attr attr);

/* Records that the service does not hold the content of a row any more, because the job is gone. So
 * the same content is sent again when it is committed. */
int ledger_untrust(struct ledger *ledger, int64_t row);

/* Deletes the row (delete=service, after the service has deleted the job). If content is queued for
 * it, forgets only its binding. */
int ledger_drop(struct ledger *ledger, int64_t row);

/* Finds the path of a row; allocated. -ENOENT: there is no such row. */
int ledger_path(struct ledger *ledger, int64_t row, char **ret_path);

/* ---- names whose file was never made: unmade.c ---- */

/* Marks a path as unmade: its file was never made, because a rename or a link waits for its commit
 * (unmade.c). If the path has no row, makes one for this owner. */
int ledger_mark_unmade(struct ledger *ledger, const char *path, const struct owner *owner);

/* Removes the mark of ledger_mark_unmade() from a path. A path without a mark or a row is
 * accepted. */
int ledger_unmark_unmade(struct ledger *ledger, const char *path);

/* Is this path marked as unmade? Returns 1, 0 or -errno. */
int ledger_is_unmade(struct ledger *ledger, const char *path);

/* Is any path marked as unmade? Returns 1, 0 or -errno. Cheap: ask this before you look for a
 * path. */
int ledger_has_unmade(struct ledger *ledger);

/* Finds the next name of a directory that is marked as unmade, in the order of rows. after: the row
 * before it, 0 for the first. -ENOENT: there is none. */
int ledger_next_unmade(struct ledger *ledger, const char *dir, int64_t after,
		       struct job_unmade *ret_unmade);

/* Ends the story of a row whose path has no file: nobody needs to hear of its refusal any more.
 * Deletes the row if nothing else is recorded in it. */
int ledger_end_story(struct ledger *ledger, int64_t row);

/* ---- the owners of rows: owners.c ---- */

/* Records who has the file, and the other parts of the holding of a row. */
int ledger_hold(struct ledger *ledger, int64_t row, const struct holding *holding);

/* Lists the rows of a path: the row that the path finds, then the rows that are set aside, the
 * latest made first. Returns how many there are, or -errno. */
int ledger_claims(struct ledger *ledger, const char *path,
		  struct job_claim ret_claims[CLAIMS_ASIDE_MAX + 1]);

/* Deletes the story and the warnings of a row, because they are private texts of another user's
 * file. The attributes stay. */
int ledger_drop_text(struct ledger *ledger, int64_t row);

/* Hides the versions so far, and what is under way, from the file of this user: they belong to the
 * user that is recorded. If they were hidden from others as this user's own, and no version came
 * since, they are shown again. */
int ledger_hide_versions(struct ledger *ledger, int64_t row, uid_t user);

/* Sets a row aside: a search for its path does not find the row any more. The row's submissions go
 * on. A rename of its directory still moves the row. */
int ledger_set_aside(struct ledger *ledger, int64_t row);

/* Brings back a row that was set aside. Its path must have no other row. */
int ledger_bring_back(struct ledger *ledger, int64_t row);

/* Lists the paths below a directory that have a row, also one that is set aside. *ret_paths holds
 * them one after the other, each ends with a NUL; *ret_size is the size of all. The caller frees
 * them. */
int ledger_paths_below(struct ledger *ledger, const char *path, char **ret_paths, size_t *ret_size);

/* Are the owners of all rows recorded? An older cocfs has made rows without an owner. Returns 1, 0
 * or -errno. */
int ledger_owners_known(struct ledger *ledger);

/* Calls find for each row's path, and records the owner that find returns. Afterwards the owners of
 * all rows are recorded. Stops when find returns a negative value, records nothing, and returns
 * that value. */
int ledger_learn_owners(struct ledger *ledger,
			int (*find)(void *data, const char *path, struct owner *ret_owner),
			void *data);

/* ---- submissions: submissions.c ---- */

enum submission_kind { SUBMIT_CREATE = 1, SUBMIT_UPDATE = 2 };

/* An unfinished submission, as the ledger keeps it. Strings are owned. */
struct ledger_submission {
	int64_t id;  /* a submission's ID is higher than that of each earlier commit */
	int64_t row; /* row of the job */
	enum submission_kind kind;
	enum job_state state; /* JOB_QUEUED, JOB_SUBMITTING or JOB_IN_DOUBT */
	bool queued;	      /* its writer was answered when it was durable (submit=queue) */
	bool adopts;	      /* its user may get a job that exists already */
	/* a rename or a link is done after this submission, and puts the text under the name: the
	 * story of a failure says so. Never with submit=queue. Not recorded */
	bool is_renamed;
	int64_t attempts; /* attempts that ended with a later try */
	char *content;	  /* NULL: the content is only in the ledger */
	size_t content_size;
	unsigned char digest[CONTENT_DIGEST_SIZE];
	struct attr_set attrs;
	int64_t started_ms; /* since the epoch: when the first request was about to be sent */
	/* what the service holds before an update, as far as it has told; not recorded */
	struct attr_set held;
	struct owner owner; /* owner of the file; not recorded */
	uid_t user;	    /* the user who made the request; not recorded */
	/* for a create, once its question was answered: jobs that it cannot have made */
	struct known_jobs known;
	/* for an update: the base that a person has named, or that its writer has read; 0: the base
	 * of its row */
	int64_t base;
	int64_t onto; /* for an update: the newest version when it was sent; 0: it was not sent */
	bool rebound; /* queued before -o rebind: another copy may have sent it */
};

/* Orders submissions by what is sent: content, project, risk level, description and tags, not the
 * name. Returns 0 if the same is sent. */
int ledger_submission_compare(const struct ledger_submission *a, const struct ledger_submission *b);

void ledger_submission_finish(struct ledger_submission *submission);

/* Copies the content of a recorded submission, with a NUL after it. -ENOENT: there is no such
 * submission. */
int ledger_content(struct ledger *ledger, int64_t id, char **ret_content, size_t *ret_size);

/* Records the intent to send a submission at once. Replaces what was queued for the job; sets
 * submission->id. The job moves to submission->state. from: its state now. On failure everything
 * since the last commit is undone. */
int ledger_intend(struct ledger *ledger, struct ledger_submission *submission, enum job_state from);

/* Records for a submission under way or in doubt that an attribute is no longer the file's own. */
int ledger_disown_sent(struct ledger *ledger, const struct ledger_submission *submission,
		       enum attr attr);

/* Records another state for an unfinished submission and its row, and started_ms for the
 * submission. */
int ledger_move(struct ledger *ledger, const struct ledger_submission *submission,
		enum job_state state);

/* Deletes a submission without recording an outcome. If content is queued for the job, the job is
 * JOB_QUEUED. */
int ledger_end(struct ledger *ledger, const struct ledger_submission *submission);

/* Records that the service holds the submission's content: binds the job, keeps what was sent, and
 * deletes the submission. */
int ledger_settle(struct ledger *ledger, const struct ledger_submission *submission,
		  const char *job_id, const struct job_versions *versions, const char *request_id);

/* Records the newest version of a job, as it was seen. base: the new base of the binding; 0: the
 * base stays. */
int ledger_see(struct ledger *ledger, int64_t row, int64_t version, int64_t base);

/* Records the attributes that the service holds, as they were seen. NULL: the service did not tell
 * this value. */
int ledger_see_held(struct ledger *ledger, int64_t row, const struct attr_set *held);

/* Records the version on top of which an update is sent, submission->onto. If a base was named for
 * the update, it becomes the base of the row. */
int ledger_put_onto(struct ledger *ledger, const struct ledger_submission *submission);

/* Records a new story for a submission in doubt, which replaces the one before: its .error
 * changes. */
int ledger_tell(struct ledger *ledger, const struct ledger_submission *submission,
		const struct err *err, const char *story);

/* ---- bindings to a job that exists: bindings.c ---- */

/* What ledger_bind() records: a row is bound to a job that exists already. All pointers are
 * borrowed. */
struct ledger_binding {
	const char *job_id;
	/* versions of the job; base 0: no version was read or written here */
	struct job_versions versions;
	const unsigned char *digest; /* digest of the content of the base; NULL: not known */
	/* what the service holds; explicit says which attributes are the file's own */
	const struct attr_set *attrs;
	bool on_purpose; /* a person has meant this job by this path: see struct job_record */
	int64_t from;	 /* the row that has the job and gives it up; 0: no row has it */
};

/*
 * Binds a row that has no job. Either all is done, or nothing. A submission of the row that is
 * under way goes on. Otherwise the row is JOB_SUBMITTED, or JOB_DRAFT if the digest is not known.
 * If the job was forgotten on demand, that record is deleted.
 *
 * -EEXIST: the row has a job, or a row other than `from` has this job. -ENOENT: there is no such
 * row.
 */
int ledger_bind(struct ledger *ledger, int64_t row, const struct ledger_binding *binding);

/* Binds the row of a create that was not sent yet. The create goes on as an update of the job.
 * Deletes its known jobs. Sets submission->kind. Errors as for ledger_bind(). */
int ledger_adopt(struct ledger *ledger, struct ledger_submission *submission,
		 const struct ledger_binding *binding);

/* Records the story of a refusal that has changed nothing. If the row has a story of its content,
 * that story stays. */
int ledger_tell_refusal(struct ledger *ledger, int64_t row, const char *story);

/* Records that a person has chosen the job of this row. on_purpose in struct job_record says why
 * that matters. */
int ledger_mean_job(struct ledger *ledger, int64_t row);

/* Finds the row that is bound to a job. -ENOENT: no row is. */
int ledger_bound_row(struct ledger *ledger, const char *job_id, int64_t *ret_row);

/* ---- known jobs: jobs of the same name, on the service before a create: known.c ---- */

/* Records the known jobs of a create. Replaces those of an earlier question, and fills
 * submission->known. text: the IDs, each with a line feed at its end. */
int ledger_know(struct ledger *ledger, struct ledger_submission *submission, const char *text,
		bool partial);

/* Reads the known jobs of a create into submission->known. -ENOENT: none were recorded, so no
 * request was sent. */
int ledger_read_known(struct ledger *ledger, struct ledger_submission *submission);

/* ---- how a submission ends: submissions.c ---- */

/* Records that a submission was not done and will not be: keeps the story, deletes the submission.
 * JOB_FAILED. */
int ledger_give_up(struct ledger *ledger, const struct ledger_submission *submission,
		   const struct err *err, const char *story, const char *request_id);

/* As ledger_give_up(), for a submission whose intent was never recorded. The state of the row
 * becomes JOB_FAILED only if no other submission of the row is unfinished. */
int ledger_give_up_unsent(struct ledger *ledger, int64_t row, const struct err *err,
			  const char *story);

/* Records that the outcome of a submission is not known: keeps the story and the submission.
 * JOB_IN_DOUBT. */
int ledger_doubt(struct ledger *ledger, const struct ledger_submission *submission,
		 const struct err *err, const char *story, const char *request_id);

/* ---- the queue: queue.c ---- */

/* Queues a submission. Replaces what was queued for the job and not sent yet; sets submission->id.
 * from: the job's state now. On failure everything since the last commit is undone. */
int ledger_enqueue(struct ledger *ledger, struct ledger_submission *submission,
		   enum job_state from);

/* Is content queued for the job that is not sent yet? Returns 1, 0 or -errno. */
int ledger_has_queued(struct ledger *ledger, int64_t row);

/* Finds the next queued submission that may be sent at now_ms (since the epoch). No submission of
 * its job is under way or in doubt. -ENOENT: there is none. */
int ledger_next(struct ledger *ledger, int64_t now_ms, struct ledger_submission *ret_submission);

/* Finds what is queued for the job and not sent yet. -ENOENT: nothing is. */
int ledger_queued(struct ledger *ledger, int64_t row, struct ledger_submission *ret_submission);

/* Returns the newest ID that a row has got. */
int64_t ledger_newest_id(const struct ledger *ledger);

/* Deletes what is queued for the job with an ID up to newest_id, because newer content replaces it.
 * If something newer is queued, the job is JOB_QUEUED. Returns 1 if something was deleted, 0 if
 * not, or -errno. */
int ledger_drop_queued(struct ledger *ledger, int64_t row, int64_t newest_id);

/* Finds when the next queued submission may be sent, if nothing else changes. -ENOENT: never. Then
 * *ret_is_empty says whether nothing at all is queued. */
int ledger_next_due(struct ledger *ledger, int64_t *ret_ms, bool *ret_is_empty);

/* Records that a queued submission is about to be sent, with the values that it has now.
 * JOB_SUBMITTING. */
int ledger_start(struct ledger *ledger, const struct ledger_submission *submission);

/* Is this submission recorded as JOB_SUBMITTING, and not as queued or in doubt? Returns 1, 0 or
 * -errno. */
int ledger_is_being_sent(struct ledger *ledger, const struct ledger_submission *submission);

/* Puts a submission that was not done back into the queue. It is tried again at next_try_ms (since
 * the epoch). error: why it was not done, in one sentence. JOB_QUEUED. A second call changes
 * nothing: when the end of an iteration fails, all outcomes are recorded once more. */
int ledger_requeue(struct ledger *ledger, const struct ledger_submission *submission,
		   int64_t next_try_ms, const char *error);

/* Is a submission unfinished that was queued before -o rebind? Returns 1, 0 or -errno. Cheap. */
int ledger_has_rebound(struct ledger *ledger);

/* Calls fn for at most max unfinished submissions with an ID above `after`, in the order of their
 * commits. The strings are valid until fn returns. fn must not write to the ledger. Stops when fn
 * returns a negative value, and returns that value. */
int ledger_pending(struct ledger *ledger, int64_t after, int max,
		   int (*fn)(void *data, struct job_pending *row), void *data);

/* Counts some thousand more of the queued submissions. Returns 1 if there may be more (call again),
 * 0 at the end, or -errno. */
int ledger_count_queued(struct ledger *ledger, struct queued_count *count);

/* Forgets when the queued submissions are to be tried next: ledger_next() finds each of them at
 * once. */
int ledger_hasten(struct ledger *ledger);

/* Calls fn for every submission that was under way or in doubt, in the order of their IDs. Every
 * submission that fn gets, fn owns; fn must not write to the ledger. Stops when fn returns a
 * negative value, and returns that value. */
int ledger_unfinished(struct ledger *ledger,
		      int (*fn)(void *data, struct ledger_submission *take_submission), void *data);

/* ---- renames: renames.c ---- */

/* Records a rename that is about to be done, and commits durably. Sets rename->id. End it with
 * ledger_rename_done() or ledger_rename_undone(); after a crash ledger_rename_unfinished() finds
 * it. */
int ledger_rename_begin(struct ledger *ledger, struct job_rename *rename);

/* Records that a rename was done: the rows of from and of all below it move along (exchange: both
 * ways). */
int ledger_rename_done(struct ledger *ledger, const struct job_rename *rename);

/* Records that a rename was not done: deletes the record of ledger_rename_begin(). No row moves. */
int ledger_rename_undone(struct ledger *ledger, const struct job_rename *rename);

/* Does this path, or a path below it, have a row? Returns 1, 0 or -errno. */
int ledger_knows(struct ledger *ledger, const char *path);

/* Does this path, or a path below it, have an unfinished submission? Returns 1, 0 or -errno. */
int ledger_busy(struct ledger *ledger, const char *path);

/* Ends the renames that were begun and not ended. Calls was_done for each: it returns 1 or 0, and
 * sets the kinds of files in the rename. If it returns -EBUSY, the record of the rename stays. */
int ledger_rename_unfinished(struct ledger *ledger,
			     int (*was_done)(void *data, struct job_rename *rename), void *data);

/* ---- backups: backups.c ---- */

/*
 * Gives a row back to the path of a name that was made again. Marks the file that was moved away as
 * a backup. backup NULL: that file is gone. Either all is done, or nothing.
 *
 * -EEXIST: the path has a job of its own, or one is being made for it; or the row is gone.
 */
int ledger_give_back(struct ledger *ledger, int64_t row, const char *path,
		     const struct job_backup *backup);

/* Finds the row of a path that is marked as a backup. -ENOENT: the path is not marked. */
int ledger_find_backup(struct ledger *ledger, const char *path, int64_t *ret_row);

/* Removes the mark of a backup: the content of the row's path was written. */
int ledger_unmark_backup(struct ledger *ledger, int64_t row);

/* Deletes the row of a backup that has left its name. A row with a job or a story stays, without
 * the mark. */
int ledger_drop_backup(struct ledger *ledger, int64_t row);

#endif
