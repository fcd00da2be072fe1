/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_STORE_LIST_PLACES_H
#define COCFS_SERVICE_STORE_LIST_PLACES_H

#include <stdint.h>

struct store;
struct store_filter;

/* How many scans at the same time can go on from the end of their last page. In a further scan the
 * database must count from the first document. */
#define LIST_PLACES_MAX 16
#define LIST_STATE_MAX 256 /* bytes of a state; a longer state counts as unknown */

/* Where a page of a list of documents ended. With it the database finds the next page without
 * counting from the first document (list_places.c). */
struct list_place {
	char *creator, *enterprise_project_id; /* of the list's filter; NULL: no filter */
	char *state;	/* of the database at that time; NULL: the place is empty */
	int64_t offset; /* the offset of the next page */
	int64_t number; /* row number of the last document on the page */
	int64_t total;
	uint64_t used;
};

/* The last LIST_PLACES_MAX ends of pages. Zero-initialise the struct. list_places_finish() frees
 * the strings in it. */
struct list_places {
	struct list_place place[LIST_PLACES_MAX];
	uint64_t used; /* rises with each use of a place */
};

/* Returns the state of the database, which the caller frees. Returns NULL if the state is not
 * known, or changes are not settled yet. */
char *list_places_state(struct store *store);

/* Returns where the page before the filter's page ended; NULL if that is not known, or if something
 * has changed. state: from list_places_state(), may be NULL. */
const struct list_place *list_places_find(struct store *store, const struct store_filter *filter,
					  const char *state);

/* Keeps the end of the filter's page. state: what list_places_state() returned before the page was
 * read; NULL: nothing is kept. A page of a filter by name is not kept either. Of place only
 * offset, number and total are used. */
void list_places_keep(struct store *store, const struct store_filter *filter, const char *state,
		      const struct list_place *place);

/* Frees the ends of pages that a store keeps. The store has none after that. */
void list_places_finish(struct store *store);

#endif
