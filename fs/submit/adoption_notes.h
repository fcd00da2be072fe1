/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_ADOPTION_NOTES_H
#define COCFS_SUBMIT_ADOPTION_NOTES_H

#include "submit/adoption.h"
#include "submit/name_list.h"
#include "submit/state.h"

/* What a create notes of the jobs that it might take, while their list is read. */

/* A job that the create might take. */
struct adoption_candidate {
	char *id;
	bool is_taken;	    /* by now a path has it, or may have made it */
	bool is_moved;	    /* by now a name has it that has no file: removed_name.h */
	bool is_seen;	    /* its show was answered */
	bool is_there;	    /* it has the name and the project of the create */
	bool is_equal;	    /* and the content */
	bool is_remembered; /* by the name of the file, which an import had: the job may have
			       another */
};

struct adoption {
	struct adoption_candidate *candidates;
	size_t n;
	struct adoption_candidate *shown; /* last */
	unsigned shows;
	char *bound_id;	   /* adopt=name: a path has this job of the name; owned, or NULL */
	bool has_namesake; /* adopt=name: a path is about to make a job of the name */
	char *known_ids;   /* of the question; owned */
	bool partial;
	adoption_done_fn *done;
};

/* The question of a create begins. What was noted for an earlier one is forgotten. Returns 0 or
 * -ENOMEM. */
int adoption_begin(struct submission *submission);

/* Notes a listed job that a path here is bound to, or that was forgotten. Returns 1 if the create
 * may take it all the same, since the path has no file any more. Or 0, or -errno. */
int adoption_note_bound(struct submission *submission, const struct coc_summary *job);

/* Notes the jobs of the create's name that the service has listed. Returns 0 or -ENOMEM. */
int adoption_note_listed(struct submission *submission, const struct name_list *list);

/* Forgets what was noted. */
void adoption_finish(struct submission *submission);

/* Does the create take a job for its name alone? */
static inline bool adoption_takes_by_name(const struct submission *submission)
{
	return submission->engine->options.adopt == ADOPT_NAME;
}

#endif
