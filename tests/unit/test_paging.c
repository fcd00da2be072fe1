/* SPDX-License-Identifier: MIT */
/* What a pass over the pages of a list proves while others change the list. */
#include "bounds/api.h"
#include "submit/paging.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ROWS_MAX 400

/* A service: the IDs of its jobs, in the order in which it lists them, and what it says of
 * itself. */
struct service {
	int ids[ROWS_MAX];
	size_t n;
	size_t page_max;   /* its own limit; 0: what is asked for */
	int64_t lie;	   /* added to the total */
	bool says_nothing; /* no total */
};

static struct service with_jobs(size_t n)
{
	struct service service = {.n = n};

	for (size_t i = 0; i < n; i++)
		service.ids[i] = (int)(n - i); /* the newest first */
	return service;
}

static void add(struct service *service, int id)
{
	memmove(service->ids + 1, service->ids, service->n * sizeof(service->ids[0]));
	service->ids[0] = id;
	service->n++;
}

static void drop(struct service *service, size_t place)
{
	service->n--;
	memmove(service->ids + place, service->ids + place + 1,
		(service->n - place) * sizeof(service->ids[0]));
}

/* Moves a row to the front, as an update does where the list is ordered by it. */
static void touch(struct service *service, size_t place)
{
	int id = service->ids[place];

	drop(service, place);
	add(service, id);
}

/* The page that the pass asks for. */
static int ask(const struct service *service, struct paging *paging, size_t *ret_first)
{
	static struct coc_summary rows[ROWS_MAX];
	static char names[ROWS_MAX][8];
	size_t offset = (size_t)paging->offset, most = COC_LIST_PAGE;
	struct coc_answer page = {.total = (int64_t)service->n + service->lie, .summaries = rows};

	if (service->says_nothing)
		page.total = -1;
	if (service->page_max && most > service->page_max)
		most = service->page_max;
	for (size_t i = offset; i < service->n && page.n_summaries < most; i++) {
		size_t place = page.n_summaries++;

		snprintf(names[place], sizeof(names[place]), "D%d", service->ids[i]);
		rows[place].document_id = names[place];
	}
	return paging_take(paging, &page, ret_first);
}

/* A pass; change is done before the page of that number is asked for. Returns how it ends. */
static int pass(struct service service, int change_at, void (*change)(struct service *),
		int64_t *ret_rows)
{
	struct paging paging = {0};
	size_t first;
	int step, pages = 0;

	paging_begin(&paging);
	do {
		if (++pages == change_at)
			change(&service);
		step = ask(&service, &paging, &first);
	} while (step == PAGING_MORE && pages < 100);
	if (ret_rows)
		*ret_rows = paging.rows;
	paging_finish(&paging);
	return step;
}

static void a_list_that_stands_still_is_whole(void **state)
{
	static const size_t sizes[] = {0, 1, 2, 99, 100, 101, 198, 199, 200, 201, 298, 350};
	int64_t rows;

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct service service = with_jobs(sizes[i]);

		assert_int_equal(pass(service, 0, NULL, &rows), PAGING_WHOLE);
		assert_int_equal(rows, sizes[i]);
		service.says_nothing = true; /* how many there are */
		assert_int_equal(pass(service, 0, NULL, &rows), PAGING_FLAWED);
		assert_int_equal(rows, sizes[i]);
		if (!sizes[i])
			continue;
		service.page_max = 7;
		assert_int_equal(pass(service, 0, NULL, &rows), PAGING_FLAWED);
		assert_int_equal(rows, sizes[i]);
		service.says_nothing = false;
		assert_int_equal(pass(service, 0, NULL, &rows), PAGING_WHOLE);
		assert_int_equal(rows, sizes[i]);
	}
}

static void create_one(struct service *service)
{
	add(service, 1000);
}

static void delete_first(struct service *service)
{
	drop(service, 0);
}

static void delete_two(struct service *service)
{
	drop(service, 0);
	drop(service, 0);
}

static void delete_last_row_of_the_page(struct service *service)
{
	drop(service, 99);
}

static void delete_behind(struct service *service)
{
	drop(service, service->n - 1);
}

static void delete_and_create(struct service *service)
{
	drop(service, 3);
	add(service, 1000);
}

static void touch_one_behind(struct service *service)
{
	touch(service, 150);
}

/* the rows of the overlap look as if nothing had happened */
static void touch_and_delete(struct service *service)
{
	touch(service, 150);
	drop(service, 10);
}

static void one_that_changes_proves_nothing(void **state)
{
	static void (*const changes[])(struct service *) = {
		create_one,    delete_first,	 delete_two,	   delete_last_row_of_the_page,
		delete_behind, touch_one_behind, touch_and_delete,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		assert_int_equal(pass(with_jobs(250), 2, changes[i], NULL), PAGING_MOVED);
		assert_int_equal(pass(with_jobs(250), 1, changes[i], NULL), PAGING_WHOLE);
	}
	/* nobody passed over */
	assert_int_equal(pass(with_jobs(250), 2, delete_and_create, NULL), PAGING_WHOLE);
}

static void what_cannot_be_proves_nothing(void **state)
{
	struct service service = with_jobs(50);

	(void)state;
	service.lie = 1; /* more than it shows */
	assert_int_equal(pass(service, 0, NULL, NULL), PAGING_FLAWED);
	service = with_jobs(0);
	service.lie = 5;
	assert_int_equal(pass(service, 0, NULL, NULL), PAGING_FLAWED);
	service = with_jobs(250);
	service.lie = 1000000;
	assert_int_equal(pass(service, 0, NULL, NULL), PAGING_FLAWED);
	/* fewer than it shows */
	service.lie = -200;
	assert_int_equal(pass(service, 0, NULL, NULL), PAGING_FLAWED);
	service = with_jobs(1);
	service.lie = -1;
	assert_int_equal(pass(service, 0, NULL, NULL), PAGING_FLAWED);
}

static void a_row_that_is_told_twice_proves_nothing(void **state)
{
	struct service service = with_jobs(50);

	(void)state;
	service.ids[40] = service.ids[7];
	assert_int_equal(pass(service, 0, NULL, NULL), PAGING_MOVED);
	service = with_jobs(250);
	service.ids[180] = service.ids[7];
	assert_int_equal(pass(service, 0, NULL, NULL), PAGING_MOVED);
}

static void a_row_that_tells_no_job_proves_nothing(void **state)
{
	struct coc_summary row = {.document_id = (char *)"D1"};
	struct coc_answer page = {.total = 2, .summaries = &row, .n_summaries = 1, .n_unusable = 1};
	struct paging paging = {0};
	size_t first;

	(void)state;
	paging_begin(&paging);
	assert_int_equal(paging_take(&paging, &page, &first), PAGING_FLAWED);
	paging_finish(&paging);
}

/* More rows than were asked for. */
static void a_page_that_is_too_long_proves_nothing(void **state)
{
	static struct coc_summary rows[COC_LIST_PAGE + 1];
	static char ids[COC_LIST_PAGE + 1][8];
	struct coc_answer page = {.total = COC_LIST_PAGE + 1, .summaries = rows};
	struct paging paging = {0};
	size_t first;

	(void)state;
	for (size_t i = 0; i <= COC_LIST_PAGE; i++) {
		snprintf(ids[i], sizeof(ids[i]), "D%zu", i);
		rows[i].document_id = ids[i];
	}
	page.n_summaries = COC_LIST_PAGE + 1;
	paging_begin(&paging);
	assert_int_equal(paging_take(&paging, &page, &first), PAGING_FLAWED);
	page.n_summaries = COC_LIST_PAGE;
	assert_int_equal(paging_take(&paging, &page, &first), PAGING_MORE);
	paging_finish(&paging);
}

/* The first page comes again and again. */
static void a_service_that_does_not_turn_pages(void **state)
{
	struct service service = with_jobs(250);
	struct paging paging = {0};
	size_t first;

	(void)state;
	paging_begin(&paging);
	assert_int_equal(ask(&service, &paging, &first), PAGING_MORE);
	assert_int_equal(first, 0);
	paging.offset = 0;
	assert_int_equal(ask(&service, &paging, &first), PAGING_MOVED);
	paging_finish(&paging);
}

static void pages_overlap_by_one_row(void **state)
{
	struct service service = with_jobs(250);
	struct paging paging = {0};
	size_t first;

	(void)state;
	paging_begin(&paging);
	assert_int_equal(ask(&service, &paging, &first), PAGING_MORE);
	assert_int_equal(paging.offset, 99);
	assert_int_equal(ask(&service, &paging, &first), PAGING_MORE);
	assert_int_equal(first, 1);
	assert_int_equal(paging.offset, 198);
	paging_finish(&paging);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_list_that_stands_still_is_whole),
		cmocka_unit_test(one_that_changes_proves_nothing),
		cmocka_unit_test(what_cannot_be_proves_nothing),
		cmocka_unit_test(a_row_that_is_told_twice_proves_nothing),
		cmocka_unit_test(a_row_that_tells_no_job_proves_nothing),
		cmocka_unit_test(a_page_that_is_too_long_proves_nothing),
		cmocka_unit_test(a_service_that_does_not_turn_pages),
		cmocka_unit_test(pages_overlap_by_one_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
