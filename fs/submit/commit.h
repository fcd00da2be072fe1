/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_COMMIT_H
#define COCFS_SUBMIT_COMMIT_H

#include "cocfs/dsl.h"
#include "submit/engine.h"

/*
 * The rules of a commit: whether what was written may be submitted, and as what. Everything that is
 * refused here gets its .error story; what passes is given to the engine.
 */
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
 * Attributes of the file's own that can change (risk level, name, description) stay with the job's
 * name, as its binding does: many tools put a new file in the place of the old one (sed -i, rsync,
 * tar, most editors), and a job must not become LOW by an editor's choice. The ledger knows which
 * of what was sent, or is to be sent, were the file's own; a commit puts what the file lacks of
 * them on it again. Only taking an attribute from the job file (commit_disown) makes its name
 * forget it.
 */
struct commit {
	const char *path;  /* relative to the mount */
	const char *shown; /* the path as a person at the shell would give it, for messages */
	struct author author;
	uid_t user;    /* whose request it is */
	char *content; /* owned, taken */
	size_t size;
	struct attr_set own;	   /* the file's attributes: taken */
	struct attr_set inherited; /* its directories' and the mount's, nearest first: taken */
	/* puts an attribute that the job's name has kept on the file, which lacks it */
	void (*put)(void *file, enum attr attr, const char *value);
	void *file;
};

/* Frees what a commit owns. */
void commit_finish(struct commit *commit);

/*
 * Commits. Takes what the commit owns, also on failure. Returns 0 with *ret_waiter NULL: nothing
 * had to be sent (the content is empty, or what the service holds); 0 with a waiter: done will be
 * called, see engine_submit(). A negative errno: refused, the story is told.
 */
int commit_run(struct engine *engine, struct ledger *ledger, const struct commit_rules *rules,
	       struct commit *take_commit, engine_done_fn *done, void *data,
	       struct waiter **ret_waiter);

/*
 * An attribute is taken from a job file: its name must not keep it, or it would come back. Returns
 * 1 if it was kept, 0 if not, -errno.
 */
int commit_disown(struct engine *engine, struct ledger *ledger, const char *path, enum attr attr);

/* Refuses what was written before any rule was looked at: err has the reason. incomplete: the
 * content is half of what its writer meant. No change of an attribute may submit it. */
int commit_refuse(struct engine *engine, struct ledger *ledger, const char *path,
		  const struct author *author, bool incomplete, const struct err *err);

/* ---- author.c ---- */

/* The row of a path, made when there is none, for content of this author's. 0 or -errno. */
int commit_find_row(struct engine *engine, struct ledger *ledger, const char *path,
		    const struct author *author, struct job_record *ret_job);

/* The attributes that were committed last for a row. Borrowed: pending keeps those of the queue. 0
 * or -errno. */
int commit_find_last(struct engine *engine, struct ledger *ledger, const struct job_record *job,
		     struct ledger_submission *pending, const struct attr_set **ret_last);

/* Records a refusal and nothing else. 0 or -errno. */
int commit_record_refusal(struct engine *engine, struct ledger *ledger, const char *path,
			  const struct author *author, bool incomplete, const struct err *err,
			  const char *story);

#endif
