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
 * The ledger: the durable record of bindings and submissions, one SQLite file, keyed by path
 * relative to the spool's root ("sub/a.yaml", no "/" at the start). Changes are applied at once and
 * seen by every later read; they become durable together, at the next ledger_commit().
 * docs/ledger.md has the schema and what survives what. All functions return 0 or a negative errno
 * (-EIO: SQLite failed; -ENOSPC: the disk is full; -ENOMEM), more where it says so.
 */
struct ledger;

/* What a space belongs to, and whether the recorded source is the same in another spelling; without
 * is_same it must be the same text. */
struct ledger_owner {
	const char *source;
	bool (*is_same)(const char *recorded, const char *source);
	const char *instance; /* the path of the instance file (instance.c); NULL: the ledger may be
				 a copy */
	bool rebind;	      /* this copy lives on: what is unfinished is in doubt */
};

/*
 * Opens the ledger at path, makes it when it is not there (mode 0600). owner names what the space
 * belongs to. A ledger that belongs to another is refused with -EXDEV, one of a newer cocfs with
 * -EPROTONOSUPPORT, and one that is found to be damaged with -EUCLEAN. After a crash a large ledger
 * is still to be checked (ledger/check.h). A copy is refused with -ESTALE. err says what to do.
 */
int ledger_open(const char *path, const struct ledger_owner *owner, struct ledger **ret_ledger,
		struct err *err);

/* Has the waits for the disk counted in what a loop measures. Borrowed. */
void ledger_measure(struct ledger *ledger, struct stall *stall);

/* Commits what is open, closes; NULL is accepted. */
void ledger_close(struct ledger *ledger);

/* True if something was changed since the last commit. */
bool ledger_is_open(const struct ledger *ledger);

/*
 * Makes the changes so far survive: a crash of this process always, and with durable also a loss of
 * power (an fsync). On failure everything since the last commit is undone.
 */
int ledger_commit(struct ledger *ledger, bool durable);

/* The disk begins to write what was committed, so that a ledger_sync() soon after has less to wait
 * for. */
void ledger_sync_soon(const struct ledger *ledger);

/* Makes all commits durable. Returns 0; -errno, and what was committed since the last sync may be
 * lost with the power. */
int ledger_sync(struct ledger *ledger);

/*
 * A descriptor of the log, the caller's, for who makes commits durable apart: an fdatasync(2) of it
 * makes those durable that were made before it began. It is told of by the other two. Or -errno.
 */
int ledger_log_open(const struct ledger *ledger);

/* Such a sync begins now. -errno: it must not, as the log could not be written again after a sync
 * that failed; ledger_sync_failed() follows. */
int ledger_sync_begun(struct ledger *ledger);

/* It failed: the next durable commit syncs again, with all that the disk may lack. */
void ledger_sync_failed(struct ledger *ledger);

/*
 * Gives some of the room that finished submissions have left back to the file system. Returns 1
 * when there is more to be given back, else 0 or -errno.
 */
int ledger_compact(struct ledger *ledger);

/* Commits since the ledger was opened: those with a sync of the disk, and the others. */
struct ledger_commits {
	uint64_t durable, other;
};
struct ledger_commits ledger_commits(const struct ledger *ledger);

/*
 * Has fn called for each path whose siblings may show something else, after each commit and when
 * changes were undone. A path is given by itself, or by its row, which may be gone by now. With
 * neither any path may be meant. fn may read the ledger, and must not write to it. NULL: nobody is
 * told.
 */
typedef void ledger_change_fn(void *data, int64_t row, const char *path);
void ledger_on_change(struct ledger *ledger, ledger_change_fn *fn, void *data);

/* Tells the changes so far before they are committed, for an answer that does not wait. */
void ledger_tell_changes(struct ledger *ledger);

/* Undoes everything since the last commit. */
void ledger_undo(struct ledger *ledger);

/* Was anything undone since this was asked last? Then what was recorded meanwhile may be gone. */
bool ledger_take_loss(struct ledger *ledger);

/* Between these two many reads cost less than each by itself. Nothing may be written. The end may
 * be called without a beginning. */
int ledger_look_begin(struct ledger *ledger);
void ledger_look_end(struct ledger *ledger);

/* Finds a path. -ENOENT: never heard of. */
int ledger_find(struct ledger *ledger, const char *path, struct job_record *ret_job);

/* Finds by row. -ENOENT. */
int ledger_get(struct ledger *ledger, int64_t row, struct job_record *ret_job);

/* The row of a path. -ENOENT: never heard of. */
int ledger_row(struct ledger *ledger, const char *path, int64_t *ret_row);

/* The row of a path, made as a draft of this owner's when it is not there. */
int ledger_ensure(struct ledger *ledger, const char *path, const struct owner *owner,
		  int64_t *ret_row);

/* Finds a path, made as a draft of this owner's when it is not there. */
int ledger_find_or_make(struct ledger *ledger, const char *path, const struct owner *owner,
			struct job_record *ret_job);

/* The siblings of a path. -ENOENT: never heard of. */
int ledger_glance(struct ledger *ledger, const char *path, struct job_glance *ret_glance);

/* Is a path bound to a job, or is one being made for it? 1, 0 or -errno. */
int ledger_has_job(struct ledger *ledger, const char *path);

/* Is a job ID bound to a path, or was it and is forgotten on demand? 1, 0 or -errno. */
int ledger_is_bound(struct ledger *ledger, const char *job_id);

/*
 * Records that the rules, the validation or a write said no to the newest content: JOB_FAILED, or
 * JOB_DRAFT with incomplete. While older content is queued or under way, the state is that one's
 * until it has ended; the story stands until ledger_overwrite().
 */
int ledger_refuse(struct ledger *ledger, int64_t row, bool incomplete, const struct err *err,
		  const char *story);

/* Newer content is committed: what was refused is of no interest any more. A job that had failed is
 * JOB_DRAFT until the newer content is recorded. */
int ledger_overwrite(struct ledger *ledger, int64_t row);

/* Keeps the warnings of the last check; NULL for none. */
int ledger_warn(struct ledger *ledger, int64_t row, const char *warnings);

/* Adds a line to the warnings; they are those of the next check again. */
int ledger_warn_more(struct ledger *ledger, int64_t row, const char *line);

/* What was committed is what the service holds (again): JOB_SUBMITTED, no error. attrs: what was
 * found for the commit. What the service holds of them stays as it is recorded. */
int ledger_agree(struct ledger *ledger, int64_t row, const struct attr_set *attrs);

/* The .error is removed; the state and the story stay. */
int ledger_dismiss(struct ledger *ledger, int64_t row);

/* Forgets the binding and all that was sent: JOB_DRAFT, or JOB_QUEUED if something is queued. */
int ledger_forget(struct ledger *ledger, int64_t row);

/* An attribute is the file's own no longer, neither of what the service holds nor of what is
 * queued. */
int ledger_disown(struct ledger *ledger, int64_t row, enum attr attr);

/* The service does not hold what was sent any more (the job is gone): nothing is taken for held. */
int ledger_untrust(struct ledger *ledger, int64_t row);

/* Removes the row itself (delete=service, after the service deleted the job), or, if something is
 * queued for it, only its binding. */
int ledger_drop(struct ledger *ledger, int64_t row);

/* The path of a row, allocated. -ENOENT. */
int ledger_path(struct ledger *ledger, int64_t row, char **ret_path);

/* ---- names whose file was never made: unmade.c ---- */

/* Marks a path, for content of this owner's. */
int ledger_mark_unmade(struct ledger *ledger, const char *path, const struct owner *owner);

/* Takes the mark away. */
int ledger_unmark_unmade(struct ledger *ledger, const char *path);

/* Is a path marked? 1, 0 or -errno. */
int ledger_is_unmade(struct ledger *ledger, const char *path);

/* Is any path marked? 1, 0 or -errno. Cheap: ask this before you look for a path. */
int ledger_has_unmade(struct ledger *ledger);

/* The next marked name of a directory, by row after a row, 0 for the first. -ENOENT: there is none.
 */
int ledger_next_unmade(struct ledger *ledger, const char *dir, int64_t after,
		       struct job_unmade *ret_unmade);

/* The story of a path ends that has no file: nobody is to hear of its refusal any more. A row that
 * knows nothing else goes. */
int ledger_end_story(struct ledger *ledger, int64_t row);

/* ---- whose a row is: owners.c ---- */

/* Records who has what a row keeps. */
int ledger_hold(struct ledger *ledger, int64_t row, const struct holding *holding);

/* The rows of a path: the one that is found by it, then those that are set aside, the latest made
 * first. Returns how many there are, or -errno. */
int ledger_claims(struct ledger *ledger, const char *path,
		  struct job_claim ret_claims[CLAIMS_ASIDE_MAX + 1]);

/* The text of a row goes, but for the attributes: the story and the warnings. */
int ledger_drop_text(struct ledger *ledger, int64_t row);

/* The versions so far, and what is under way, are hidden from the file of this user. They are the
 * recorded user's. If they are hidden as this user's own, and no version came since, they are shown
 * again. */
int ledger_hide_versions(struct ledger *ledger, int64_t row, uid_t user);

/* Sets a row aside: it is not found by its path any more. Its submissions go on, and it moves with
 * its directory. */
int ledger_set_aside(struct ledger *ledger, int64_t row);

/* Brings a row back that was set aside. Its path must have no other row. */
int ledger_bring_back(struct ledger *ledger, int64_t row);

/* The paths below a directory that have a row, be it set aside, as strings that end with a NUL, one
 * after the other, and their size. The caller frees them. */
int ledger_paths_below(struct ledger *ledger, const char *path, char **ret_paths, size_t *ret_size);

/* Are the owners of all rows known? A ledger of an older cocfs has rows that it recorded no owner
 * of. 1, 0 or -errno. */
int ledger_owners_known(struct ledger *ledger);

/* Asks find for the owner of each row's file, and records the owners; they are known then. Stops
 * when find returns a negative value, which is returned, with nothing recorded. */
int ledger_learn_owners(struct ledger *ledger,
			int (*find)(void *data, const char *path, struct owner *ret_owner),
			void *data);

/* ---- submissions: submissions.c ---- */

enum submission_kind { SUBMIT_CREATE = 1, SUBMIT_UPDATE = 2 };

/* An unfinished submission as it is kept. Owned strings. */
struct ledger_submission {
	int64_t id;  /* rising in the order of the commits */
	int64_t row; /* the job's */
	enum submission_kind kind;
	enum job_state state; /* JOB_QUEUED, JOB_SUBMITTING or JOB_IN_DOUBT */
	bool queued;	      /* its writer was answered when it was durable (submit=queue) */
	bool adopts;	      /* its user may be given a job that is there already */
	bool is_renamed;      /* the text is to take the place of a file by a rename: not stored */
	int64_t attempts;     /* that ended with a later try */
	char *content;	      /* NULL: it is in the ledger only */
	size_t content_size;
	unsigned char digest[CONTENT_DIGEST_SIZE];
	struct attr_set attrs;
	int64_t started_ms;   /* since the epoch: when the first request was about to be sent */
	struct attr_set held; /* of an update: what the service holds, as far as it has told; not
				 kept */
	struct owner owner;   /* of the file; not kept */
	uid_t user;	      /* whose request it was; not kept */
	struct known_jobs
		known; /* of a create under way or in doubt, once the question was answered */
	int64_t base;  /* of an update: the base that a person has named for it; 0: its row's */
	int64_t onto;  /* the same: the newest version when it was sent; 0: it was not sent */
	bool rebound;  /* it was queued before -o rebind: another copy may have sent it */
};

/* Orders submissions by what is sent: content, project, risk level, description and tags, not the
 * name. 0: the same is sent. */
int ledger_submission_compare(const struct ledger_submission *a, const struct ledger_submission *b);

void ledger_submission_finish(struct ledger_submission *submission);

/* Copies the content of a submission that is recorded, and a NUL after it. -ENOENT: it is not. */
int ledger_content(struct ledger *ledger, int64_t id, char **ret_content, size_t *ret_size);

/* Records the intent to send at once, in place of what was queued for the job; sets submission->id.
 * The job moves to submission->state; from: its state now. On failure everything since the last
 * commit is undone. */
int ledger_intend(struct ledger *ledger, struct ledger_submission *submission, enum job_state from);

/* The same as ledger_disown() for a submission that is under way or in doubt. */
int ledger_disown_sent(struct ledger *ledger, const struct ledger_submission *submission,
		       enum attr attr);

/* Moves an unfinished submission, and its job, to another state. */
int ledger_move(struct ledger *ledger, const struct ledger_submission *submission,
		enum job_state state);

/* Ends a submission without a word on what became of it. What was queued behind it is what the job
 * waits for then. */
int ledger_end(struct ledger *ledger, const struct ledger_submission *submission);

/* The service holds it: binds the job, keeps what was sent, ends the submission. */
int ledger_settle(struct ledger *ledger, const struct ledger_submission *submission,
		  const char *job_id, const struct job_versions *versions, const char *request_id);

/* The newest version of a job was seen. base: the one that its binding has from now on; 0: the base
 * stays. */
int ledger_see(struct ledger *ledger, int64_t row, int64_t version, int64_t base);

/* The attributes that the service holds were seen; NULL: a value was not told. */
int ledger_see_held(struct ledger *ledger, int64_t row, const struct attr_set *held);

/* Records the version on top of which an update is sent, submission->onto. The base that was named
 * for the update is its row's from now on. */
int ledger_put_onto(struct ledger *ledger, const struct ledger_submission *submission);

/* Tells more of a submission in doubt: keeps the story. */
int ledger_tell(struct ledger *ledger, const struct ledger_submission *submission,
		const struct err *err, const char *story);

/* ---- bindings to a job that is there: bindings.c ---- */

/* A job that a row is bound to without a create. Borrowed. */
struct ledger_binding {
	const char *job_id;
	struct job_versions versions; /* base 0: no version was read or written here */
	const unsigned char *digest;  /* of the content of the base; NULL: not known */
	const struct attr_set *attrs; /* that the service holds; which are the file's own */
	bool on_purpose;	      /* see struct job_record */
	int64_t from; /* the row that has the job and gives it up; 0: no row has it */
};

/*
 * Binds a row, which has no job, or changes nothing. A submission of the row that is under way goes
 * on. Else the row is JOB_SUBMITTED, or JOB_DRAFT if the digest is not known. A job that was
 * forgotten on demand is so no more. -EEXIST: the row has a job, or a row but from has it.
 * -ENOENT: there is no such row.
 */
int ledger_bind(struct ledger *ledger, int64_t row, const struct ledger_binding *binding);

/* The same for the row of a create that is under way: it goes on as an update of the job, which was
 * not sent. What the service had before is not kept any longer. Sets submission->kind. */
int ledger_adopt(struct ledger *ledger, struct ledger_submission *submission,
		 const struct ledger_binding *binding);

/* Tells a story of something that was refused and changed nothing. A story of the row's content
 * stays. */
int ledger_tell_refusal(struct ledger *ledger, int64_t row, const char *story);

/* The job of a row is bound on purpose from now on. */
int ledger_mean_job(struct ledger *ledger, int64_t row);

/* The row that is bound to a job. -ENOENT: none is. */
int ledger_bound_row(struct ledger *ledger, const char *job_id, int64_t *ret_row);

/* ---- what the service had before a create: known.c ---- */

/* Records the known jobs of a create (text: IDs, each with a line feed at its end), in place of
 * what an earlier question has brought; fills submission->known. */
int ledger_know(struct ledger *ledger, struct ledger_submission *submission, const char *text,
		bool partial);

/* Reads them into submission->known. -ENOENT: none were recorded, so no request was sent. */
int ledger_read_known(struct ledger *ledger, struct ledger_submission *submission);

/* ---- how a submission ends: submissions.c ---- */

/* It was not done and will not be: keeps the story, ends the submission. JOB_FAILED. */
int ledger_give_up(struct ledger *ledger, const struct ledger_submission *submission,
		   const struct err *err, const char *story, const char *request_id);

/* The same for one whose intent was never recorded. */
int ledger_give_up_unsent(struct ledger *ledger, int64_t row, const struct err *err,
			  const char *story);

/* Nobody knows: keeps the story and the submission. JOB_IN_DOUBT. */
int ledger_doubt(struct ledger *ledger, const struct ledger_submission *submission,
		 const struct err *err, const char *story, const char *request_id);

/* ---- the queue: queue.c ---- */

/* Records what is to be sent when its turn comes, in place of what was queued for the job and not
 * sent yet; sets submission->id. from: the job's state now. On failure everything since the last
 * commit is undone. */
int ledger_enqueue(struct ledger *ledger, struct ledger_submission *submission,
		   enum job_state from);

/* Is something queued for the job that is not sent yet? 1, 0 or -errno. */
int ledger_has_queued(struct ledger *ledger, int64_t row);

/* The next submission that may be sent at now_ms (since the epoch): nothing of its job is under way
 * or in doubt. -ENOENT: none. */
int ledger_next(struct ledger *ledger, int64_t now_ms, struct ledger_submission *ret_submission);

/* What is queued for the job and not sent yet. -ENOENT: nothing. */
int ledger_queued(struct ledger *ledger, int64_t row, struct ledger_submission *ret_submission);

/* The newest ID that was given to a row. */
int64_t ledger_newest_id(const struct ledger *ledger);

/* Drops what is queued for the job, up to an ID: newer content has taken its place. What is queued
 * since stays, and is what the job waits for then. Returns whether something was dropped (1 or 0),
 * or -errno. */
int ledger_drop_queued(struct ledger *ledger, int64_t row, int64_t newest_id);

/* When the next one may be sent, if nothing else changes. -ENOENT: never; then *ret_is_empty says
 * whether nothing at all is queued. */
int ledger_next_due(struct ledger *ledger, int64_t *ret_ms, bool *ret_is_empty);

/* A queued submission is about to be sent, as what submission says now. JOB_SUBMITTING. */
int ledger_start(struct ledger *ledger, const struct ledger_submission *submission);

/* Is this submission recorded as being sent? 1, 0 or -errno. */
int ledger_is_being_sent(struct ledger *ledger, const struct ledger_submission *submission);

/* It was not done, and is to be tried again at next_try_ms (since the epoch); error says why, in
 * one sentence. JOB_QUEUED. Saying it again changes nothing: when the end of an iteration fails,
 * all that has ended is recorded once more. */
int ledger_requeue(struct ledger *ledger, const struct ledger_submission *submission,
		   int64_t next_try_ms, const char *error);

/* Is something unfinished that was queued before -o rebind? 1, 0 or -errno. Cheap. */
int ledger_has_rebound(struct ledger *ledger);

/* Calls fn for the unfinished submissions that come after an ID, at most max of them, in the order
 * of their commits. The strings are good until fn returns. It must not write to the ledger. Stops
 * when it returns a negative value, which is returned. */
int ledger_pending(struct ledger *ledger, int64_t after, int max,
		   int (*fn)(void *data, struct job_pending *row), void *data);

/* Counts on, some thousand at once. Returns 1 if there may be more, 0 at the end, or -errno. */
int ledger_count_queued(struct ledger *ledger, struct queued_count *count);

/* What is queued may be tried at once. */
int ledger_hasten(struct ledger *ledger);

/* Calls fn for every submission that was under way or in doubt, in order; it takes what it points
 * to and must not write to the ledger. Stops when fn returns a negative value, which is returned.
 */
int ledger_unfinished(struct ledger *ledger,
		      int (*fn)(void *data, struct ledger_submission *take_submission), void *data);

/* ---- renames: renames.c ---- */

/* Records a rename that is about to be done, durably; sets rename->id. */
int ledger_rename_begin(struct ledger *ledger, struct job_rename *rename);

/* It was done: the bindings of from and of all below it move along (exchange: both ways). */
int ledger_rename_done(struct ledger *ledger, const struct job_rename *rename);

/* It was not done. */
int ledger_rename_undone(struct ledger *ledger, const struct job_rename *rename);

/* Has this path, or one below it, a row? 1, 0 or -errno. */
int ledger_knows(struct ledger *ledger, const char *path);

/* Has this path, or one below it, an unfinished submission? 1, 0 or -errno. */
int ledger_busy(struct ledger *ledger, const char *path);

/* Asks for every rename that was begun whether it was done (1 or 0; was_done tells the kinds then),
 * and ends it. -EBUSY leaves it as it is. */
int ledger_rename_unfinished(struct ledger *ledger,
			     int (*was_done)(void *data, struct job_rename *rename), void *data);

/* ---- backups: backups.c ---- */

/*
 * Gives a row back to the path of a name that was made again, and marks the file that was moved;
 * backup NULL: it is gone. All of it or nothing. -EEXIST: the path has a job of its own, or one is
 * made for it; or there is no such row any more.
 */
int ledger_give_back(struct ledger *ledger, int64_t row, const char *path,
		     const struct job_backup *backup);

/* The row of a path that is marked as a backup. -ENOENT: the path is not. */
int ledger_find_backup(struct ledger *ledger, const char *path, int64_t *ret_row);

/* The content of the row's path was written: it is no backup any more. */
int ledger_unmark_backup(struct ledger *ledger, int64_t row);

/* The backup has left its name. */
int ledger_drop_backup(struct ledger *ledger, int64_t row);

#endif
