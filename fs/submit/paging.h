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
 * A pass over the pages of the service's list of jobs, from its beginning to its end. Other clients
 * may change the list meanwhile. The steps say whether the pass proves that no other job was there.
 * The functions are pure: they take pages and say which page to ask for next. The comment at the
 * top of paging.c has the rules.
 */
struct paging {
	int64_t offset; /* offset at which the next page begins */
	int64_t total; /* how many rows the list has, by its first page; -1: the page did not say */
	int64_t rows;  /* rows seen so far, each counted once, while none has moved */
	bool begun;    /* the first page was taken: total is set */
	char last_id[COC_DOCUMENT_ID_MAX + 1]; /* the last ID of the page before */
	struct id_set ids;		       /* the IDs of all rows seen so far */
	bool reads_on; /* paging_begin_long() began this pass: it reads on after rows have moved */
	/* ---- only for a pass that reads on ---- */
	bool moved;	    /* rows have moved: the pass proves nothing any more */
	unsigned rounds;    /* how often this pass went back to the beginning of the list */
	int64_t n_unusable; /* rows that name no job; a row that comes twice counts twice */
};

enum paging_step {
	PAGING_MORE, /* ask for the page at ->offset next */
	/* the end: every job that was there during the whole pass was in one of its pages */
	PAGING_WHOLE,
	PAGING_MOVED,  /* rows moved between two pages: a new pass may see them all */
	PAGING_FLAWED, /* the service contradicts itself: no pass proves anything */
	PAGING_READ, /* the end of a pass that has read on although rows moved: it proves nothing */
};

/* How often a pass that reads on reads the list, at most. The second round finds rows that moved to
 * the front during the first, and the third those that moved during the second. */
#define PAGING_ROUNDS_MAX 3

/* Begins a pass: the page to ask for is the first. Frees what an earlier pass has left. */
void paging_begin(struct paging *paging);

/*
 * Begins a pass that reads on when rows have moved. So even a list that changes all the time is
 * read to its end. The pass ends as PAGING_WHOLE or PAGING_READ. Then each job that was there
 * during the whole pass was in one of the pages, unless rows moved to and fro unseen. The caller
 * has to take all rows of all pages: *ret_first of paging_take() does not matter here.
 */
void paging_begin_long(struct paging *paging);

/* Frees what a pass has left. */
void paging_finish(struct paging *paging);

/*
 * Takes the page at ->offset into the pass. The rows before *ret_first, which is 0 or 1, were
 * already in the page before. Returns an enum paging_step, or -ENOMEM.
 */
int paging_take(struct paging *paging, const struct coc_answer *page, size_t *ret_first);

#endif
