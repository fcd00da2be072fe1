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
 * relative to the spool's root ("sub/a.yaml", no "/" at the start). Every later read sees a
 * change. The changes become durable together, at the next ledger_commit().
 * docs/ledger.md has the schema and says what survives a crash. CONTRIBUTING.md ("Words") explains
 * the words of this project: job, row, sibling, story and others. Functions with an int return 0 or
 * a negative errno, unless their comment says otherwise. Any of them may return -EIO (SQLite
 * failed), -ENOSPC (the disk is full), -EUCLEAN (the file is damaged), -EACCES, -EBUSY, -ENOMEM. A
 * function that changes a state may also return -EPROTO: job/state.c does not allow the change.
 * Comments name only further errors.
 */
struct ledger;

/* Which SOURCE and which state directory a ledger belongs to. is_same says whether the SOURCE that
 * the ledger has recorded is `source` in another spelling. is_same NULL: the two texts must be
 * equal. */
struct ledger_owner {
	const char *source;
	bool (*is_same)(const char *recorded, const char *source);
	/* the path of the instance file (instance.c); NULL: a copy of the ledger is not
	 * recognised */
	const char *instance;
	/* -o rebind: accept a copy; the original may have sent the unfinished submissions */
	bool rebind;
};

/*
 * Opens the ledger at path, and makes it if it is not there (mode 0600). An old ledger must belong
 * to `owner`; a new one records owner->source. If the last mount crashed, a large ledger must still
 * be checked afterwards (ledger/check.h). Returns 0, or -errno with err filled.
 *
 * -EXDEV: the ledger belongs to another SOURCE. -EPROTONOSUPPORT: a newer cocfs has made it.
 * -EUCLEAN: it is damaged. -ESTALE: it is a copy, and owner->rebind is false.
 */
int ledger_open(const char *path, const struct ledger_owner *owner, struct ledger **ret_ledger,
		struct err *err);

/* Counts the times of all waits for the disk in *stall from now on. stall is borrowed until
 * ledger_close(); NULL ends the counting. */
void ledger_measure(struct ledger *ledger, struct stall *stall);

/* Commits the changes so far durably, and closes the ledger. Unless the ledger is damaged, seals it
 * (seal.h): so the next ledger_open() knows that it was closed in good order. NULL is accepted. */
void ledger_close(struct ledger *ledger);

/* Is a transaction open, that is: was anything written since the last commit? */
bool ledger_is_open(const struct ledger *ledger);

/*
 * Commits the changes so far. A commit survives a crash of this process. With durable it also
 * survives a loss of power (an fsync). If the commit fails, everything since the last commit is
 * undone. If only its fsync fails, the changes stay committed, and the next durable commit syncs
 * them again. Returns 0 or -errno.
 */
int ledger_commit(struct ledger *ledger, bool durable);

/* Asks the kernel to begin writing the commits to the disk, so that a ledger_sync() soon after
 * waits less. */
void ledger_sync_soon(const struct ledger *ledger);

/* Makes all commits durable. Returns 0, or -errno: then a loss of power may lose what was committed
 * since the last sync. */
int ledger_sync(struct ledger *ledger);

/*
 * Returns a new descriptor of the write-ahead log, which the caller owns, or -errno. It is for a
 * thread that syncs beside the loop: an fdatasync(2) of the descriptor makes all earlier commits
 * durable. Call ledger_sync_begun() before each such fdatasync(), and ledger_sync_failed() if it
 * fails.
 */
int ledger_log_open(const struct ledger *ledger);

/* Call this before an fdatasync() of the descriptor of ledger_log_open(). Returns 0, or -errno if
 * the fdatasync() must not begin: an earlier sync failed, and the log could not be written again.
 * Then call ledger_sync_failed(). */
int ledger_sync_begun(struct ledger *ledger);

/* Call this when an fdatasync() of the descriptor of ledger_log_open() has failed. Writes the log
 * again, so that the next durable commit syncs all that the disk may lack. */
void ledger_sync_failed(struct ledger *ledger);

/*
 * Gives some of the room that finished submissions have left back to the file system. Returns 0 if
 * nothing is left to give back, or -errno. Returns 1 to be called again: there is more, or a
 * transaction is open or a check runs, and nothing was done.
 */
int ledger_compact(struct ledger *ledger);

/* How many commits were made since the ledger was opened. durable: those that a sync of the log
 * followed. A sync makes all commits before it durable, and counts one of them. other: the rest. */
struct ledger_commits {
	uint64_t durable, other;
};
struct ledger_commits ledger_commits(const struct ledger *ledger);

/*
 * Calls fn for each path whose siblings may show something else: after each commit, and when
 * changes were undone. fn gets the path, or the path NULL and the number of its row, which may be
 * deleted by then. If row is 0 and path is NULL, any path may have changed. fn may read the ledger,
 * and must not write to it. NULL for fn ends the calls.
 */
typedef void ledger_change_fn(void *data, int64_t row, const char *path);
void ledger_on_change(struct ledger *ledger, ledger_change_fn *fn, void *data);

/* Calls the function of ledger_on_change() for the changes so far, before they are committed. Call
 * this before you answer a request without waiting for the commit. */
void ledger_tell_changes(struct ledger *ledger);

/* Undoes everything since the last commit. ledger_take_loss() reports the loss once. */
void ledger_undo(struct ledger *ledger);

/* Was anything undone since the last call? Then what was recorded in the meantime may be gone. */
bool ledger_take_loss(struct ledger *ledger);

/*
 * Many reads between ledger_look_begin() and ledger_look_end() cost less than each by itself. Write
 * nothing between the two calls. If ledger_look_begin() fails, the reads only cost more.
 *
 * You may call ledger_look_end() also if ledger_look_begin() failed or was not called.
 */
int ledger_look_begin(struct ledger *ledger);
void ledger_look_end(struct ledger *ledger);

/* Reads the row of a path. The caller frees *ret_job. -ENOENT: the path has no row. */
int ledger_find(struct ledger *ledger, const char *path, struct job_record *ret_job);

/* Reads the row of this number. The caller frees *ret_job. -ENOENT: there is no such row. */
int ledger_get(struct ledger *ledger, int64_t row, struct job_record *ret_job);

/* Finds the number of a path's row. -ENOENT: the path has no row. */
int ledger_row(struct ledger *ledger, const char *path, int64_t *ret_row);

/* Finds the number of a path's row. If there is none, makes a row in JOB_DRAFT with this owner. */
int ledger_ensure(struct ledger *ledger, const char *path, const struct owner *owner,
		  int64_t *ret_row);

/* Reads the row of a path; the caller frees *ret_job. If there is none, makes a row in JOB_DRAFT
 * with this owner. */
int ledger_find_or_make(struct ledger *ledger, const char *path, const struct owner *owner,
			struct job_record *ret_job);

/* Reads what the siblings of a path show. -ENOENT: the path has no row. */
int ledger_glance(struct ledger *ledger, const char *path, struct job_glance *ret_glance);

/* Is a path bound to a job, or has it an unfinished submission? Returns 1, 0 (also if the path has
 * no row) or -errno. */
int ledger_has_job(struct ledger *ledger, const char *path);

/* Is any path bound to this job ID? Also yes if a path was bound to the job until ledger_forget().
 * Then a user wants a new job for the file, and no create may take the old job. Returns 1, 0 or
 * -errno. */
int ledger_is_bound(struct ledger *ledger, const char *job_id);

/*
 * Records why the newest content of a row will not be sent. The rules of the space or the check of
 * the DSL refused it, or a write failed. The state is JOB_FAILED, or JOB_DRAFT if incomplete (the
 * content may be only a part). While a submission of older content is unfinished, the state stays
 * that of the submission. story: the text of the .error, which stays until ledger_overwrite().
 */
int ledger_refuse(struct ledger *ledger, int64_t row, bool incomplete, const struct err *err,
		  const char *story);

/* Call this when newer content is committed: removes the error, the story and `incomplete` of a
 * row. A JOB_FAILED row is JOB_DRAFT until the newer content is recorded. */
int ledger_overwrite(struct ledger *ledger, int64_t row);

/* Records the warnings that the check of the DSL gave for a row's content, in place of the earlier
 * ones. NULL: there are none. */
int ledger_warn(struct ledger *ledger, int64_t row, const char *warnings);

/* Adds a line, which ends with a line feed, to the warnings of a row. The next ledger_warn()
 * replaces the whole text. */
int ledger_warn_more(struct ledger *ledger, int64_t row, const char *line);

/* Records that the service holds what was committed, so that nothing is sent: JOB_SUBMITTED, no
 * error. attrs: the attributes of the commit. The attributes that the service holds (`held` of
 * struct job_record) stay recorded as they are. */
int ledger_agree(struct ledger *ledger, int64_t row, const struct attr_set *attrs);

/* Removes the .error of a row: a user has removed the sibling. The state and the story stay. */
int ledger_dismiss(struct ledger *ledger, int64_t row);

/* Deletes the binding and all that was recorded of the job from a row, and records the job as
 * forgotten: no create takes it. The state is JOB_DRAFT, or JOB_QUEUED if content is queued. */
int ledger_forget(struct ledger *ledger, int64_t row);

/* Records that the value of an attribute does not come from the file any more (`explicit` of struct
 * attr_set), in the row and in its queued submission. */
int ledger_disown(struct ledger *ledger, int64_t row, enum attr attr);

/* Records that the service does not hold the content of a row any more, because the job is gone:
 * deletes the digest. So the same content is sent again when it is committed. */
int ledger_untrust(struct ledger *ledger, int64_t row);

/* Deletes the row (delete=service, after the service has deleted the job). If content is queued for
 * the row, only calls ledger_forget(). */
int ledger_drop(struct ledger *ledger, int64_t row);

/* Finds the path of a row. The caller frees *ret_path. -ENOENT: there is no such row. */
int ledger_path(struct ledger *ledger, int64_t row, char **ret_path);

/* ---- names whose file was never made: unmade.c ---- */

/* Marks a path as unmade: no file has the name yet, and the rename or the link that makes the file
 * waits for the commit (unmade.c). If the path has no row, makes one with this owner. */
int ledger_mark_unmade(struct ledger *ledger, const char *path, const struct owner *owner);

/* Removes the mark of ledger_mark_unmade() from a path. A path without a mark or a row is
 * accepted. */
int ledger_unmark_unmade(struct ledger *ledger, const char *path);

/* Is this path marked as unmade? Returns 1, 0 or -errno. */
int ledger_is_unmade(struct ledger *ledger, const char *path);

/* Is any path marked as unmade? Returns 1, 0 or -errno. Cheap: ask this before you look for a
 * path. */
int ledger_has_unmade(struct ledger *ledger);

/* Finds the next unmade name in a directory, in the order of the row numbers. after: the row of the
 * name before, or 0 for the first name. -ENOENT: there is no further name. */
int ledger_next_unmade(struct ledger *ledger, const char *dir, int64_t after,
		       struct job_unmade *ret_unmade);

/* Call this when nobody needs the story of a path without a file any more: removes the error and
 * the story from its row. Deletes the row if it has no binding and no unfinished submission. */
int ledger_end_story(struct ledger *ledger, int64_t row);

/* ---- the owners of rows: owners.c ---- */

/* Records the holding of a row: the owner of its file, and the heir. */
int ledger_hold(struct ledger *ledger, int64_t row, const struct holding *holding);

/* Lists the rows of a path: the row that the path finds, then the rows that are set aside, the
 * newest first (at most CLAIMS_ASIDE_MAX). Returns how many rows are in ret_claims, or -errno. */
int ledger_claims(struct ledger *ledger, const char *path,
		  struct job_claim ret_claims[CLAIMS_ASIDE_MAX + 1]);

/* Call this when another user's file gets a row: deletes the story and the warnings, which are
 * private texts about the old file. The attributes stay. */
int ledger_drop_text(struct ledger *ledger, int64_t row);

/* Hides the versions of a job so far from `user`, whose file gets the row: they belong to the owner
 * that the row records. The version that an unfinished submission may be making is hidden, too. But
 * if all versions so far were hidden as those of `user`, all are shown again. */
int ledger_hide_versions(struct ledger *ledger, int64_t row, uid_t user);

/* Sets a row aside: a search for its path does not find the row any more. The row's submissions go
 * on. A rename of its directory still moves the row. */
int ledger_set_aside(struct ledger *ledger, int64_t row);

/* Brings back a row that was set aside: its path finds it again. If the path has another row,
 * changes nothing and returns -EIO. */
int ledger_bring_back(struct ledger *ledger, int64_t row);

/* Lists the paths below the directory `path` that have a row; a row that is set aside counts.
 * *ret_paths holds the paths one after the other, each with a NUL at its end; *ret_size is their
 * size in bytes. The caller frees *ret_paths. */
int ledger_paths_below(struct ledger *ledger, const char *path, char **ret_paths, size_t *ret_size);

/* Are the owners of all rows recorded? An older cocfs has made rows without an owner. Returns 1, 0
 * or -errno. */
int ledger_owners_known(struct ledger *ledger);

/* Calls find for each row's path, records the owner that find returns, and commits: then
 * ledger_owners_known() says yes. If find returns a negative value, stops, undoes everything since
 * the last commit, and returns that value. */
int ledger_learn_owners(struct ledger *ledger,
			int (*find)(void *data, const char *path, struct owner *ret_owner),
			void *data);

/* ---- submissions: submissions.c ---- */

enum submission_kind { SUBMIT_CREATE = 1, SUBMIT_UPDATE = 2 };

/* An unfinished submission, as the ledger keeps it. Strings are owned. */
struct ledger_submission {
	int64_t id;  /* a later submission has a higher ID */
	int64_t row; /* ID of the row of its path in the table job */
	enum submission_kind kind;
	enum job_state state; /* JOB_QUEUED, JOB_SUBMITTING or JOB_IN_DOUBT */
	bool queued;	      /* submit=queue: its writer was answered once this row was durable */
	bool adopts;	      /* its user may get a job that exists already, instead of a new one */
	/* a rename or a link is done after this submission, and puts the text under the job file's
	 * name: the story of a failure says so. Never with submit=queue. Not recorded */
	bool is_renamed;
	int64_t attempts; /* attempts so far that were put back into the queue */
	char *content;	  /* NULL: the content is only in the ledger */
	size_t content_size;
	unsigned char digest[CONTENT_DIGEST_SIZE];
	struct attr_set attrs;
	/* since the epoch: when the first request was about to be sent; 0: not yet */
	int64_t started_ms;
	/* the attributes that the service holds; NULL: not known. Only in memory, until
	 * ledger_settle() or ledger_see_held() records them in the row of the path */
	struct attr_set held;
	struct owner owner; /* owner of the file; not recorded */
	uid_t user;	    /* the user who made the request; not recorded */
	/* for a create, after ledger_know(): the jobs of its name that the service had before, so
	 * none of them is the job that this create made */
	struct known_jobs known;
	/* for an update: the base that a person has named, or that its writer has read; 0: the base
	 * of its row */
	int64_t base;
	/* for an update: the job's newest version, as it was known when the update was sent; 0: not
	 * sent */
	int64_t onto;
	bool rebound; /* queued before -o rebind: the original of this ledger may have sent it */
};

/* Orders submissions by what is sent: content, project, risk level, description and tags, not the
 * name. Returns 0 if both send the same, else a negative or positive number as memcmp() does. */
int ledger_submission_compare(const struct ledger_submission *a, const struct ledger_submission *b);

/* Frees what a submission owns. Afterwards the struct is empty. */
void ledger_submission_finish(struct ledger_submission *submission);

/* Copies the content of a recorded submission, with a NUL after it. The caller frees *ret_content.
 * -ENOENT: there is no such submission. */
int ledger_content(struct ledger *ledger, int64_t id, char **ret_content, size_t *ret_size);

/* Records the intent to send a submission that does not wait in the queue. Replaces what was queued
 * for the job; sets submission->id. The job moves to submission->state. from: the job's state now.
 * On failure everything since the last commit is undone. */
int ledger_intend(struct ledger *ledger, struct ledger_submission *submission, enum job_state from);

/* As ledger_disown(), for a submission in JOB_SUBMITTING or JOB_IN_DOUBT. */
int ledger_disown_sent(struct ledger *ledger, const struct ledger_submission *submission,
		       enum attr attr);

/* Records another state for an unfinished submission and its row, and started_ms for the
 * submission. */
int ledger_move(struct ledger *ledger, const struct ledger_submission *submission,
		enum job_state state);

/* Deletes a submission without recording an outcome. If content is queued for the job, the job is
 * JOB_QUEUED, else its state stays. */
int ledger_end(struct ledger *ledger, const struct ledger_submission *submission);

/* Records that the service holds the submission's content: binds the job, records the digest and
 * the attributes that were sent, and deletes the submission. JOB_SUBMITTED, unless newer content
 * was refused or is queued. request_id: of the answer, or NULL. */
int ledger_settle(struct ledger *ledger, const struct ledger_submission *submission,
		  const char *job_id, const struct job_versions *versions, const char *request_id);

/* Records the newest version of a job, as the service has just told it. base: the new base of the
 * binding; 0: the base stays. */
int ledger_see(struct ledger *ledger, int64_t row, int64_t version, int64_t base);

/* Records the attributes that the service holds, as it has just told them. A value NULL was not
 * told: its record stays as it is. */
int ledger_see_held(struct ledger *ledger, int64_t row, const struct attr_set *held);

/* Records submission->onto, the version on top of which an update is sent, in the submission and as
 * the newest version of its row. If submission->base is not 0, it becomes the base of the row. */
int ledger_put_onto(struct ledger *ledger, const struct ledger_submission *submission);

/* Records a new story for a submission in doubt, in place of its earlier story: the .error changes.
 * If newer content was refused, the story of the refusal stays. */
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
 * Binds a row that has no job. Either all is done, or nothing. An unfinished submission of the row
 * goes on, and a row whose newest content was refused keeps its state. Any other row is
 * JOB_SUBMITTED, or JOB_DRAFT if the digest is not known. If the job was forgotten on demand, that
 * record is deleted.
 *
 * -EEXIST: the row has a job, or a row other than `from` has this job. -ENOENT: there is no such
 * row.
 */
int ledger_bind(struct ledger *ledger, int64_t row, const struct ledger_binding *binding);

/* Binds the row of a create that was not sent yet. The create goes on as an update of the job.
 * Deletes the create's known jobs. Sets submission->kind. Errors as for ledger_bind(). */
int ledger_adopt(struct ledger *ledger, struct ledger_submission *submission,
		 const struct ledger_binding *binding);

/* Records the story of a refused request that left the row and its content as they are. If the row
 * has a story about its content, that story stays instead. */
int ledger_tell_refusal(struct ledger *ledger, int64_t row, const char *story);

/* Records that a person has chosen the job of this row. on_purpose in struct job_record says why
 * that matters. */
int ledger_mean_job(struct ledger *ledger, int64_t row);

/* Finds the row that is bound to a job: first one that its path finds, then one that is set aside.
 * -ENOENT: no row is. */
int ledger_bound_row(struct ledger *ledger, const char *job_id, int64_t *ret_row);

/* ---- known jobs: jobs of the same name, on the service before a create: known.c ---- */

/* Records the known jobs of a create, in place of those that were recorded before, and fills
 * submission->known. text: the job IDs, each with a line feed at its end. partial: there may be
 * more than these. */
int ledger_know(struct ledger *ledger, struct ledger_submission *submission, const char *text,
		bool partial);

/* Reads the known jobs of a create into submission->known. -ENOENT: nothing was recorded, so the
 * create was surely not sent. */
int ledger_read_known(struct ledger *ledger, struct ledger_submission *submission);

/* ---- how a submission ends: submissions.c ---- */

/* Records that a submission has failed for good: keeps the story, deletes the submission. The job
 * becomes JOB_FAILED, or JOB_QUEUED if newer content is queued. If newer content was refused, the
 * job has the story and the state of that refusal instead. request_id: of the answer; NULL: the
 * recorded ID stays. */
int ledger_give_up(struct ledger *ledger, const struct ledger_submission *submission,
		   const struct err *err, const char *story, const char *request_id);

/* As ledger_give_up(), for a submission whose intent was never recorded. The state of the row
 * becomes JOB_FAILED only if no other submission of the row is unfinished. */
int ledger_give_up_unsent(struct ledger *ledger, int64_t row, const struct err *err,
			  const char *story);

/* Records that it is not known whether the service has done a submission: keeps the story and the
 * submission. It and its job become JOB_IN_DOUBT. If newer content was refused, the story of that
 * refusal stays instead. request_id: as for ledger_give_up(). */
int ledger_doubt(struct ledger *ledger, const struct ledger_submission *submission,
		 const struct err *err, const char *story, const char *request_id);

/* ---- the queue: queue.c ---- */

/* Queues a submission. Replaces what was queued for the job and not sent yet; sets submission->id.
 * from: the job's state now. While an earlier submission may have been sent, the job's state stays,
 * else it is JOB_QUEUED. On failure everything since the last commit is undone. */
int ledger_enqueue(struct ledger *ledger, struct ledger_submission *submission,
		   enum job_state from);

/* Is content in the queue for this row, not sent yet? Returns 1, 0 or -errno. */
int ledger_has_queued(struct ledger *ledger, int64_t row);

/* Finds the next queued submission that may be sent at now_ms (since the epoch). Leaves out jobs
 * with another submission in JOB_SUBMITTING or JOB_IN_DOUBT. -ENOENT: there is none. */
int ledger_next(struct ledger *ledger, int64_t now_ms, struct ledger_submission *ret_submission);

/* Finds what is queued for the job and not sent yet. -ENOENT: nothing is. */
int ledger_queued(struct ledger *ledger, int64_t row, struct ledger_submission *ret_submission);

/* Returns the highest ID that the ledger has given to a row so far. */
int64_t ledger_newest_id(const struct ledger *ledger);

/* Deletes the queued submission of a job if its ID is at most newest_id, because newer content
 * replaces it. If a newer submission is queued, the job is JOB_QUEUED. Returns 1 if something was
 * deleted, 0 if not, or -errno. */
int ledger_drop_queued(struct ledger *ledger, int64_t row, int64_t newest_id);

/* Finds when (ms since the epoch) the next queued submission may be sent, if nothing else changes.
 * -ENOENT: never. Then *ret_is_empty says whether nothing at all is queued. Otherwise it is
 * false. */
int ledger_next_due(struct ledger *ledger, int64_t *ret_ms, bool *ret_is_empty);

/* Records that a queued submission is about to be sent, with the values that it has now.
 * JOB_SUBMITTING. */
int ledger_start(struct ledger *ledger, const struct ledger_submission *submission);

/* Is this submission recorded as JOB_SUBMITTING, and not as queued or in doubt? Returns 1, 0 or
 * -errno. */
int ledger_is_being_sent(struct ledger *ledger, const struct ledger_submission *submission);

/* Puts a submission that was not done back into the queue. It is tried again at next_try_ms (since
 * the epoch). error: why it was not done, in one sentence. JOB_QUEUED. If newer content is queued
 * already, deletes the submission instead. A second call changes nothing: when the end of an
 * iteration fails, all outcomes are recorded once more. */
int ledger_requeue(struct ledger *ledger, const struct ledger_submission *submission,
		   int64_t next_try_ms, const char *error);

/* Is a submission unfinished that was queued before -o rebind? Returns 1, 0 or -errno. Cheap. */
int ledger_has_rebound(struct ledger *ledger);

/* Calls fn for at most max unfinished submissions with an ID above `after`, in the order of their
 * commits. The strings are valid until fn returns. fn must not write to the ledger. Stops when fn
 * returns a negative value, and returns that value. */
int ledger_pending(struct ledger *ledger, int64_t after, int max,
		   int (*fn)(void *data, struct job_pending *row), void *data);

/* Adds the next 20,000 queued submissions, or those that are left, to count->n. Returns 1 if there
 * may be more (call again), 0 at the end, or -errno. */
int ledger_count_queued(struct ledger *ledger, struct queued_count *count);

/* Makes every queued submission due now: forgets when it was to be tried next. */
int ledger_hasten(struct ledger *ledger);

/* Call this when a mount begins. Calls fn for each submission in JOB_SUBMITTING or JOB_IN_DOUBT, in
 * the order of the IDs. fn owns the submission, also if fn fails, and must not write to the ledger.
 * Stops when fn returns a negative value, and returns that value. */
int ledger_unfinished(struct ledger *ledger,
		      int (*fn)(void *data, struct ledger_submission *take_submission), void *data);

/* ---- renames: renames.c ---- */

/* Records a rename that is about to be done, and commits durably. Sets rename->id. End it with
 * ledger_rename_done() or ledger_rename_undone(); after a crash ledger_rename_unfinished() finds
 * it. */
int ledger_rename_begin(struct ledger *ledger, struct job_rename *rename);

/* Records that a rename was done: moves the row of rename->from, or the rows of all below a
 * directory, to rename->to. With rename->exchange also those of rename->to to rename->from. Deletes
 * the record of ledger_rename_begin(). */
int ledger_rename_done(struct ledger *ledger, const struct job_rename *rename);

/* Records that a rename was not done: deletes the record of ledger_rename_begin(). No row moves. */
int ledger_rename_undone(struct ledger *ledger, const struct job_rename *rename);

/* Does this path, or a path below it, have a row? Returns 1, 0 or -errno. */
int ledger_knows(struct ledger *ledger, const char *path);

/* Does this path, or a path below it, have an unfinished submission? Returns 1, 0 or -errno. */
int ledger_busy(struct ledger *ledger, const char *path);

/* Ends the renames that were begun and not ended. Calls was_done for each: it sets `directory` and
 * `to_directory` of the rename, and returns 1 (the rename was done) or 0. If it returns a negative
 * value, the record of the rename stays. */
int ledger_rename_unfinished(struct ledger *ledger,
			     int (*was_done)(void *data, struct job_rename *rename), void *data);

/* ---- backups: backups.c ---- */

/*
 * Moves a row back to `path`, whose name was made again, and marks the file that had been moved
 * away as a backup. backup NULL: that file is gone. Either all is done, or nothing.
 *
 * -EEXIST: the path has a job of its own, or one is being made for it; or the row is gone.
 */
int ledger_give_back(struct ledger *ledger, int64_t row, const char *path,
		     const struct job_backup *backup);

/* Finds the row of a path if the row is marked as a backup. -ENOENT: it is not, or there is no
 * row. */
int ledger_find_backup(struct ledger *ledger, const char *path, int64_t *ret_row);

/* Call this when new content was written to a backup: removes the mark, if the row has it. */
int ledger_unmark_backup(struct ledger *ledger, int64_t row);

/* Call this when a backup was removed or renamed: deletes its row. A row with a job, a story or an
 * unfinished submission stays, without the mark. */
int ledger_drop_backup(struct ledger *ledger, int64_t row);

#endif
