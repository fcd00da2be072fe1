/* SPDX-License-Identifier: MIT */
/* Tests of documents page by page: a page that continues an earlier page has the same documents as
 * the page at its offset. */
#define _GNU_SOURCE
#include "store_fixture.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "service/store/store_private.h"

#define DOCUMENTS 120
#define SCANS 5
#define STEPS 3000
#define PAGE_MAX 1000

struct page {
	char ids[PAGE_MAX][STORE_ID_SIZE];
	size_t n;
	int64_t total;
};

static int keep(void *data, const struct store_document *document)
{
	struct page *page = data;

	assert_true(page->n < PAGE_MAX);
	snprintf(page->ids[page->n++], STORE_ID_SIZE, "%s", document->document_id);
	return 0;
}

static void read_page(struct fixture *fixture, const struct store_filter *filter, struct page *page)
{
	struct err err;

	page->n = 0;
	assert_int_equal(store_list(fixture->store, filter, keep, page, &page->total, &err), 0);
}

static void make(struct fixture *fixture, char id[STORE_ID_SIZE])
{
	struct store_new new = plain;
	struct err err;

	new.creator = random() % 3 ? "me" : "you";
	new.enterprise_project_id = random() % 3 ? "0" : "other";
	assert_int_equal(store_create(fixture->store, &new, NOW_MS, id, &err), 0);
}

/* A client that reads a list page after page: its filter, and the offset of its next page. Several
 * do so at the same time. */
struct scan {
	struct store_filter filter;
};

static void begin_scan(struct scan *scan)
{
	static const char *const creators[] = {NULL, NULL, "me", "you"};
	static const char *const projects[] = {NULL, NULL, "0", "other"};

	scan->filter = (struct store_filter){
		.creator = creators[random() % 4],
		.enterprise_project_id = projects[random() % 4],
		.limit = 1 + random() % 20,
	};
}

/* Reads the next page, and all documents as one page. The first must be a part of the second. */
static void step_scan(struct fixture *fixture, struct scan *scan)
{
	static struct page page, all;
	struct store_filter whole = scan->filter;
	size_t offset = (size_t)scan->filter.offset, n;

	read_page(fixture, &scan->filter, &page);
	whole.offset = 0;
	whole.limit = PAGE_MAX;
	read_page(fixture, &whole, &all);
	assert_int_equal(page.total, all.n);
	assert_int_equal(all.total, all.n);
	n = offset < all.n ? all.n - offset : 0;
	if (n > (size_t)scan->filter.limit)
		n = (size_t)scan->filter.limit;
	assert_int_equal(page.n, n);
	for (size_t i = 0; i < n; i++)
		assert_string_equal(page.ids[i], all.ids[offset + i]);
	if (page.n)
		scan->filter.offset += (int64_t)page.n;
	else
		begin_scan(scan);
}

/* Makes a random change of the documents, or none: one deleted and another made, a new version, or
 * a change by another program. */
static void change_something(struct fixture *fixture, char ids[DOCUMENTS][STORE_ID_SIZE])
{
	struct store_edit edit = {.name = "b", .content = "x", .modifier = "me"};
	size_t i = (size_t)random() % DOCUMENTS;
	struct err err;

	switch (random() % 12) {
	case 0:
		assert_int_equal(store_delete(fixture->store, ids[i], &err), 0);
		make(fixture, ids[i]);
		break;
	case 1:
		store_update(fixture->store, ids[i], &edit, NOW_MS, &err);
		break;
	case 2: /* another user */
		change(fixture, "UPDATE documents SET creator = CASE creator WHEN 'me' THEN 'you'"
				" ELSE 'me' END WHERE number % 7 = 1");
		break;
	case 3: /* nothing is changed */
		assert_int_equal(store_delete(fixture->store, "none", &err), -ENOENT);
		break;
	}
}

static void each_page_is_that_of_its_offset(void **state)
{
	static char ids[DOCUMENTS][STORE_ID_SIZE];
	struct fixture *fixture = *state;
	struct scan scans[SCANS];

	srandom(1);
	for (size_t i = 0; i < DOCUMENTS; i++)
		make(fixture, ids[i]);
	for (size_t i = 0; i < SCANS; i++)
		begin_scan(&scans[i]);
	for (int step = 0; step < STEPS; step++) {
		if (random() % 4 == 0)
			change_something(fixture, ids);
		step_scan(fixture, &scans[random() % SCANS]);
	}
}

/* A page of a list shows changes that are gathered and not settled yet. So meanwhile the store does
 * not keep where a page ended. */
static void changes_that_are_gathered_are_seen(void **state)
{
	static char ids[DOCUMENTS][STORE_ID_SIZE];
	struct fixture *fixture = *state;
	struct scan scan;
	struct err err;

	srandom(2);
	for (size_t i = 0; i < DOCUMENTS; i++)
		make(fixture, ids[i]);
	store_gather(fixture->store);
	begin_scan(&scan);
	for (int step = 0; step < STEPS / 10; step++) {
		step_scan(fixture, &scan);
		if (step % 3 == 0) {
			size_t i = (size_t)random() % DOCUMENTS;

			assert_int_equal(store_delete(fixture->store, ids[i], &err), 0);
			step_scan(fixture, &scan);
			make(fixture, ids[i]);
		}
		if (step % 3 == 2)
			assert_int_equal(store_settle(fixture->store, &err), 0);
	}
}

/* Does the store know where the page before this filter's page ended, so that it need not count
 * from the first document? */
static bool goes_on(struct fixture *fixture, const struct store_filter *filter)
{
	char *state = list_places_state(fixture->store);
	bool found = list_places_find(fixture->store, filter, state) != NULL;

	free(state);
	return found;
}

static void a_page_goes_on_from_the_one_before_if_nothing_has_changed(void **state)
{
	static struct page page;
	struct fixture *fixture = *state;
	struct store_filter filter = {.limit = 2}, others = {.creator = "me", .limit = 2};
	char id[STORE_ID_SIZE];

	needs_file(fixture);
	for (int i = 0; i < 10; i++)
		make(fixture, id);
	assert_false(goes_on(fixture, &filter));
	for (filter.offset = 0; filter.offset < 10; filter.offset += 2) {
		assert_int_equal(goes_on(fixture, &filter), filter.offset > 0);
		read_page(fixture, &filter, &page);
	}
	filter.offset = 8; /* the scan has already passed this place */
	assert_false(goes_on(fixture, &filter));
	filter.offset = 10;
	assert_true(goes_on(fixture, &filter));
	others.offset = 10;
	assert_false(goes_on(fixture, &others));
	change(fixture, "UPDATE documents SET risk_level = 'HIGH' WHERE number = 1");
	assert_false(goes_on(fixture, &filter));
	read_page(fixture, &filter, &page); /* the end: there is no document to continue from */
	assert_false(goes_on(fixture, &filter));
	filter.offset = 0;
	read_page(fixture, &filter, &page);
	filter.offset = 2;
	assert_true(goes_on(fixture, &filter));
	make(fixture, id);
	assert_false(goes_on(fixture, &filter));
}

static void more_scans_than_are_kept_are_read_all_the_same(void **state)
{
	static struct page page;
	struct fixture *fixture = *state;
	struct store_filter filter = {0};
	char id[STORE_ID_SIZE];

	needs_file(fixture);
	for (int i = 0; i < LIST_PLACES_MAX + 3; i++)
		make(fixture, id);
	for (filter.limit = 1; filter.limit <= LIST_PLACES_MAX + 2; filter.limit++)
		read_page(fixture, &filter, &page);
	filter.offset = LIST_PLACES_MAX + 2; /* the places used last are kept */
	assert_true(goes_on(fixture, &filter));
	filter.offset = 1;
	assert_false(goes_on(fixture, &filter));
	filter.limit = 1;
	read_page(fixture, &filter, &page);
	assert_int_equal(page.n, 1);
	assert_int_equal(page.total, LIST_PLACES_MAX + 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_STORE(each_page_is_that_of_its_offset),
		WITH_STORE(changes_that_are_gathered_are_seen),
		WITH_STORE(a_page_goes_on_from_the_one_before_if_nothing_has_changed),
		WITH_STORE(more_scans_than_are_kept_are_read_all_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
