/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_STORE_LIST_PLACES_H
#define COCFS_SERVICE_STORE_LIST_PLACES_H

#include <stdint.h>

struct store;
struct store_filter;

/* So many scans at once go on from where they were. More of them are as slow as a first page is far
 * from the beginning. */
#define LIST_PLACES_MAX 16
#define LIST_STATE_MAX 256 /* bytes of a state that is kept; a longer one is taken for a change */

/* Where a page of a list has ended: list_places.c. */
struct list_place {
	char *creator, *enterprise_project_id; /* of the filter; NULL: none */
	char *state;	/* of the database then; NULL: there is no such place */
	int64_t offset; /* of the next page */
	int64_t number; /* of the last document */
	int64_t total;
	uint64_t used;
};

/* Those that are kept. All zeros: none. */
struct list_places {
	struct list_place place[LIST_PLACES_MAX];
	uint64_t used; /* counts */
};

/* The state of the database, owned by the caller; NULL: it is not known, or what was changed is not
 * settled yet. */
char *list_places_state(struct store *store);

/* The place where the page before has ended; NULL: it is not known, or something has changed. */
const struct list_place *list_places_find(struct store *store, const struct store_filter *filter,
					  const char *state);

/* Keeps where a page has ended; state: before it was read; NULL: nothing is kept. */
void list_places_keep(struct store *store, const struct store_filter *filter, const char *state,
		      const struct list_place *place);

void list_places_finish(struct store *store);

#endif
