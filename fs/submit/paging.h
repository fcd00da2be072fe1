/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_PAGING_H
#define COCFS_SUBMIT_PAGING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bounds/api.h"
#include "coc/coc.h"
#include "submit/id_set.h"

/*
 * Reading a list that is told page by page while others change it: what a pass over its pages
 * proves. Pure: it takes pages and says what to ask for next. paging.c has the essay.
 */
struct paging {
	int64_t offset;			       /* of the next page */
	int64_t total;			       /* as the first page told it; -1: it did not */
	int64_t rows;			       /* seen so far, each once */
	bool begun;			       /* the first page was taken */
	char last_id[COC_DOCUMENT_ID_MAX + 1]; /* of the page before */
	struct id_set ids;		       /* of the rows */
	bool reads_on;			       /* paging_begin_long() */
	/* of a pass that reads on: */
	bool moved;	    /* rows have moved: nothing is proved any more */
	unsigned rounds;    /* through the list, since then */
	int64_t n_unusable; /* rows that cannot be read, at least so many */
};

enum paging_step {
	PAGING_MORE,   /* the page at ->offset is next */
	PAGING_WHOLE,  /* this was the last: every job that was there throughout was in the pass */
	PAGING_MOVED,  /* rows moved between two pages: a new pass may see them all */
	PAGING_FLAWED, /* what the service tells cannot be: no pass proves anything */
	PAGING_READ,   /* this was the last of a pass that reads on: nothing is proved */
};

/* Rounds of a pass that reads on, at most. The second one finds rows that have moved to the front
 * in the first, and the third those of the second. */
#define PAGING_ROUNDS_MAX 3

/* Begins a pass: the next page is the first. Frees what an earlier pass has left. */
void paging_begin(struct paging *paging);

/*
 * The same for a pass that reads on when rows have moved, so that also a list which changes all the
 * time is read to its end. It ends as PAGING_WHOLE or PAGING_READ. Then each job that was there
 * throughout was in one of the pages, unless rows moved to and fro behind its back. All rows of all
 * pages are to be taken.
 */
void paging_begin_long(struct paging *paging);

/* Frees what a pass has left. */
void paging_finish(struct paging *paging);

/*
 * Takes the page at ->offset. Rows before *ret_first were in the page before. Returns an enum
 * paging_step, or -ENOMEM.
 */
int paging_take(struct paging *paging, const struct coc_answer *page, size_t *ret_first);

#endif
