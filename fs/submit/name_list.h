/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_NAME_LIST_H
#define COCFS_SUBMIT_NAME_LIST_H

#include "submit/paging.h"

/*
 * Reads the service's list of the jobs of one name, page by page. The result says also whether
 * there may be further jobs of the name (gap). The question before a create (question.c) and the
 * search for a lost create (lost_create.c) use it.
 */
struct engine;
struct name_list;

/* A job of the name, as the list tells it. Strings are owned; NULL if the list does not tell the
 * value. */
struct listed_job {
	char *id, *project, *version;
	bool other_name; /* its name differs from the wanted name by blanks at the ends */
	int64_t create_time_ms,
		/* by the service's clock, so no decision compares them with another clock */
		update_time_ms;
};

/* What to read from the service's list of jobs of one name, and which of them to keep. */
struct name_list_spec {
	/* The whole name; borrowed until the list ends. Jobs whose names differ only by blanks at
	 * the ends are kept, too: services trim names. */
	const char *name;
	/* the most pages that all passes together read; if that is not enough, the list ends with a
	 * gap */
	unsigned pages_max;
	/* the most jobs that are kept; if there are more, the list ends with a gap */
	size_t jobs_max;
	/* when the list has to end, on the loop's clock; 0: each page has the time of one call */
	int64_t deadline_ms;
	/* gets the IDs of all jobs in the answers, of any name and of all passes; may be NULL */
	struct id_set *listed;
	/* Is this job of the name kept? Returns 1, 0, or -errno, which ends the list. */
	int (*is_kept)(void *data, const struct coc_summary *job);
	/* Called once, from an iteration of the loop and never from within name_list_begin(),
	 * unless name_list_finish() came before. It may call name_list_finish(), and take the
	 * jobs. */
	void (*done)(void *data, struct name_list *list);
	void *data;
};

struct name_list {
	struct engine *engine;
	struct name_list_spec spec;
	/* the name without blanks at its ends, which the service is asked for; owned */
	char *query;
	struct paging paging;
	unsigned pages, passes;
	struct coc_call *call;

	/* ---- the result, for done ---- */
	struct listed_job *jobs;
	size_t n_jobs, text_size; /* text_size: bytes of the jobs' texts */
	/* why jobs of the name may be missing here, as half a sentence; NULL: none is missing */
	const char *gap;
	int errnum; /* why the service could not be asked, a positive errno; 0: it was asked */
	const struct coc_answer
		/* the answer that failed, valid until done returns; NULL: no answer did, or errnum
		 * says what failed on this machine */
		*answer;
};

/* Begins to read the list. *list must stay where it is in memory until name_list_finish(). Returns
 * 0, or -errno: then done is not called, and there is nothing to finish. */
int name_list_begin(struct name_list *list, struct engine *engine,
		    const struct name_list_spec *spec);

/* Are two names the same, if blanks at their ends do not count? */
bool name_list_is_same(const char *a, const char *b);

/* Stops reading the list, and frees what it has kept. A list that is all zeros is accepted. */
void name_list_finish(struct name_list *list);

#endif
