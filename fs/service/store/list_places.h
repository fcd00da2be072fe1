/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_STORE_LIST_PLACES_H
#define COCFS_SERVICE_STORE_LIST_PLACES_H

#include <stdint.h>

struct store;
struct store_filter;

/* How many scans at the same time find their last page again. Further scans must count from the
 * first document. */
#define LIST_PLACES_MAX 16
#define LIST_STATE_MAX 256 /* bytes of a state that is kept; a longer state counts as changed */

/* Where a page of a list of documents ended, so that the next page need not be counted
 * (list_places.c). */
struct list_place {
	char *creator, *enterprise_project_id; /* of the filter; NULL: no filter */
	char *state;	/* of the database at that time; NULL: the place is empty */
	int64_t offset; /* the offset of the next page */
	int64_t number; /* the number of the last document */
	int64_t total;
	uint64_t used;
};

/* The last LIST_PLACES_MAX ends of pages. Zero-initialise the struct. list_places_finish()
 * frees. */
struct list_places {
	struct list_place place[LIST_PLACES_MAX];
	uint64_t used; /* rises with each use of a place */
};

/* Returns the state of the database, which the caller frees. Returns NULL if the state is not
 * known, or changes are not settled yet. */
char *list_places_state(struct store *store);

/* Returns where the page before ended; NULL if it is not known, or if something has changed. */
const struct list_place *list_places_find(struct store *store, const struct store_filter *filter,
					  const char *state);

/* Keeps the end of a page. state: the database's state before the page was read; NULL: nothing is
 * kept. */
void list_places_keep(struct store *store, const struct store_filter *filter, const char *state,
		      const struct list_place *place);

/* Frees the ends of pages that a store keeps. The store has none after that. */
void list_places_finish(struct store *store);

#endif
