/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_NAME_LIST_H
#define COCFS_SUBMIT_NAME_LIST_H

#include "submit/paging.h"

/*
 * The jobs of one name: asked of the service page by page, and whether all are known then.
 * The question before a create (question.c) and the search for a lost one (lost_create.c) are made
 * of it.
 */
struct engine;
struct name_list;

/* A job of the name, as the list tells it. Owned strings; NULL for what it does not tell. */
struct listed_job {
	char *id, *project, *version;
	bool other_name; /* its name differs from the one that was asked for, by blanks at the
			  * ends */
	int64_t create_time_ms,
		update_time_ms; /* by the service's clock: nothing is decided by them */
};

/* What a list is asked for. */
struct name_list_spec {
	const char *name; /* the whole name; borrowed until the list ends. Jobs are kept whose names
			     differ by blanks at the ends, too: services trim names */
	unsigned pages_max;    /* of all passes together */
	size_t jobs_max;       /* that are kept; with more the list has a gap */
	int64_t deadline_ms;   /* on the loop's clock; 0: each page has the time of a call */
	struct id_set *listed; /* gets all rows, of any name and of all passes; NULL: nobody asks */
	/* Is a job of the name kept? 1, 0, or -errno, which ends the list. */
	int (*is_kept)(void *data, const struct coc_summary *job);
	/* Called once, from an iteration of the loop and never from within name_list_begin(),
	 * unless name_list_finish() came before. It may call that, and take the jobs. */
	void (*done)(void *data, struct name_list *list);
	void *data;
};

struct name_list {
	struct engine *engine;
	struct name_list_spec spec;
	char *query; /* the name without blanks at its ends: what the service is asked for; owned */
	struct paging paging;
	unsigned pages, passes;
	struct coc_call *call;

	/* what came of it */
	struct listed_job *jobs;
	size_t n_jobs, text_size; /* bytes of their texts */
	const char *gap; /* why jobs of the name may be missing here, as half a sentence; NULL: none
			    is */
	int errnum;	 /* it could not be asked: a positive errno; 0: it was */
	const struct coc_answer
		*answer; /* that said so, until done returns; NULL: it is our own error */
};

/* Begins to ask; the list is in its place until name_list_finish(). Returns 0, or -errno: done is
 * not called, and there is nothing to finish. */
int name_list_begin(struct name_list *list, struct engine *engine,
		    const struct name_list_spec *spec);

/* Are two names the same, if blanks at their ends do not count? */
bool name_list_is_same(const char *a, const char *b);

/* Stops asking, and frees what was kept. A list that is all zeros is accepted. */
void name_list_finish(struct name_list *list);

#endif
