/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_ADOPTION_NOTES_H
#define COCFS_SUBMIT_ADOPTION_NOTES_H

#include "submit/adoption.h"
#include "submit/name_list.h"
#include "submit/state.h"

/* What a create notes of the jobs that it might take, while the list of jobs is read. */

/* A job of the service that the create might take instead of making one. */
struct adoption_candidate {
	char *id;
	/* not to be taken: a path has the job, or another create here may have made it */
	bool is_taken;
	/* a name without a file has the job, and may give it away (removed_name.h) */
	bool is_moved;
	bool is_seen;  /* the service has answered ShowDocument for it: the next two are known */
	bool is_there; /* the service shows it, with the name and the project of the create */
	bool is_equal; /* the service shows it with the content of the create */
	/* the create's file has the name of a removed import, and this is the import's job. The job
	 * may have another name on the service */
	bool is_remembered;
};

struct adoption {
	struct adoption_candidate *candidates;
	size_t n;
	/* the candidate that the service was asked for last; borrowed */
	struct adoption_candidate *shown;
	unsigned shows;	   /* candidates that the service was asked for */
	char *bound_id;	   /* adopt=name: another path has this job of the name; owned, or NULL */
	bool has_namesake; /* adopt=name: another path is about to make a job of the name */
	char *known_ids;   /* as in struct adoption_outcome; owned */
	bool partial;
	adoption_done_fn *done;
};

/* Begins the notes for the question of a create. Forgets what an earlier question noted. Leaves
 * submission->adoption NULL if this create takes no job: with adopt=never, or without
 * record.adopts. Returns 0 or -ENOMEM. */
int adoption_begin(struct submission *submission);

/* Notes a listed job that a path here is bound to, or that was forgotten on demand. Returns 1 if
 * the create may still take the job, because the path has no file any more; 0 if not; or -errno. */
int adoption_note_bound(struct submission *submission, const struct coc_summary *job);

/* Makes candidates of the jobs in list, which have the create's name. Leaves out other projects.
 * Does nothing if submission->adoption is NULL. Returns 0 or -ENOMEM. */
int adoption_note_listed(struct submission *submission, const struct name_list *list);

/* Frees submission->adoption. Does nothing if that is NULL. */
void adoption_finish(struct submission *submission);

/* May the create take a job for its name alone, with another content? Yes with adopt=name. */
static inline bool adoption_takes_by_name(const struct submission *submission)
{
	return submission->engine->options.adopt == ADOPT_NAME;
}

#endif
