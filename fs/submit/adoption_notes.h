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
	bool is_taken; /* now a path has the job, or may have made it */
	bool is_moved; /* now a name without a file has the job: removed_name.h */
	bool is_seen;  /* the service has answered the ShowDocument for it */
	bool is_there; /* it has the name and the project of the create */
	bool is_equal; /* it is there and has the content of the create */
	/* the file's name, which was an import's, remembers it; the job may have another name */
	bool is_remembered;
};

struct adoption {
	struct adoption_candidate *candidates;
	size_t n;
	struct adoption_candidate *shown; /* the candidate of the last ShowDocument */
	unsigned shows;
	char *bound_id;	   /* adopt=name: another path has this job of the name; owned, or NULL */
	bool has_namesake; /* adopt=name: another path is about to make a job of the name */
	char *known_ids;   /* the answer to the question, for the intent; owned */
	bool partial;
	adoption_done_fn *done;
};

/* Begins to note for the question of a create. Forgets what an earlier question noted. Returns 0 or
 * -ENOMEM. */
int adoption_begin(struct submission *submission);

/* Notes a listed job that a path here is bound to, or that was forgotten. Returns 1 if the create
 * may still take the job, because the path has no file any more; 0 if not; or -errno. */
int adoption_note_bound(struct submission *submission, const struct coc_summary *job);

/* Makes candidates of the jobs of the create's name that the service has listed. Returns 0 or
 * -ENOMEM. */
int adoption_note_listed(struct submission *submission, const struct name_list *list);

/* Frees submission->adoption. Does nothing if that is NULL. */
void adoption_finish(struct submission *submission);

/* May the create take a job for its name alone, with another content? Yes with adopt=name. */
static inline bool adoption_takes_by_name(const struct submission *submission)
{
	return submission->engine->options.adopt == ADOPT_NAME;
}

#endif
