/* SPDX-License-Identifier: MIT */
/*
 * A scan asks for page after page: offset 0, 100, 200 and so on. For each page the database would
 * count all documents, and skip all documents of the pages before. So the store keeps where a page
 * ended, and how many documents there are. The next page goes on from the end of the page before.
 *
 * This gives the right page as long as nothing has changed. The database gives a text for its state
 * (ST_STATE), which differs after any change, also by another program. If the state has changed, a
 * page is read from its offset.
 */
#define _GNU_SOURCE
#include "service/store/list_places.h"

#include <stdlib.h>
#include <string.h>

#include "service/store/store_private.h"

static int keep_state(void *data, const struct db_row *row)
{
	const char *text = db_text(row, 0);

	if (text && strlen(text) <= LIST_STATE_MAX)
		*(char **)data = strdup(text);
	return 1;
}

char *list_places_state(struct store *store)
{
	char *state = NULL;

	/* ST_STATE of PostgreSQL does not show the changes of the transaction that asks */
	if (!store->has_changes)
		db_query(store->db, ST_STATE, NULL, 0, keep_state, &state, NULL);
	return state;
}

static bool is_same_text(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static void free_place(struct list_place *place)
{
	free(place->creator);
	free(place->enterprise_project_id);
	free(place->state);
	*place = (struct list_place){0};
}

static bool is_place_of(const struct list_place *place, const struct store_filter *filter,
			const char *state, int64_t offset)
{
	return place->state && place->offset == offset && !strcmp(place->state, state) &&
	       is_same_text(place->creator, filter->creator) &&
	       is_same_text(place->enterprise_project_id, filter->enterprise_project_id);
}

static struct list_place *find_place(struct store *store, const struct store_filter *filter,
				     const char *state, int64_t offset)
{
	for (int i = 0; i < LIST_PLACES_MAX; i++)
		if (is_place_of(&store->places.place[i], filter, state, offset))
			return &store->places.place[i];
	return NULL;
}

const struct list_place *list_places_find(struct store *store, const struct store_filter *filter,
					  const char *state)
{
	struct list_place *place = NULL;

	if (state && !filter->name_like)
		place = find_place(store, filter, state, filter->offset);
	if (place)
		place->used = ++store->places.used;
	return place;
}

/* Returns the place that was not used for the longest time. list_places_keep() overwrites this
 * place. */
static struct list_place *oldest_place(struct store *store)
{
	struct list_place *oldest = &store->places.place[0];

	for (int i = 1; i < LIST_PLACES_MAX; i++)
		if (store->places.place[i].used < oldest->used)
			oldest = &store->places.place[i];
	return oldest;
}

void list_places_keep(struct store *store, const struct store_filter *filter, const char *state,
		      const struct list_place *place)
{
	struct list_place *kept;

	if (!state || filter->name_like)
		return;
	/* overwrite the place of the page before: its scan has gone on to this page */
	kept = find_place(store, filter, state, filter->offset);
	if (!kept)
		kept = oldest_place(store);
	free_place(kept);
	*kept = *place;
	kept->used = ++store->places.used;
	kept->creator = filter->creator ? strdup(filter->creator) : NULL;
	kept->enterprise_project_id =
		filter->enterprise_project_id ? strdup(filter->enterprise_project_id) : NULL;
	kept->state = strdup(state);
	if (!kept->state || (filter->creator && !kept->creator) ||
	    (filter->enterprise_project_id && !kept->enterprise_project_id))
		free_place(kept);
}

void list_places_finish(struct store *store)
{
	for (int i = 0; i < LIST_PLACES_MAX; i++)
		free_place(&store->places.place[i]);
}
