/* SPDX-License-Identifier: MIT */
/* Tests: what does a pass over the pages of a list prove, if others change the list meanwhile? */
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

/* A service: the IDs of its jobs in the order of its list, and what it claims. */
struct service {
	int ids[ROWS_MAX];
	size_t n;
	size_t page_max;   /* its own limit of rows in a page; 0: none */
	int64_t lie;	   /* the total is too high by this */
	bool says_nothing; /* does not tell the total */
};

static struct service with_jobs(size_t n)
{
	struct service service = {.n = n};

	for (size_t i = 0; i < n; i++)
		service.ids[i] = (int)(n - i); /* the newest is first */
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

/* Moves a row to the front, as an update does in a list ordered by the time of update. */
static void touch(struct service *service, size_t place)
{
	int id = service->ids[place];

	drop(service, place);
	add(service, id);
}

/* Answers the pass with the page at paging->offset. Returns the result of paging_take(), which sets
 * *ret_first: the rows before it were in the page before. */
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

/* Makes a pass. Before page number change_at (1: the first; 0: no page) is asked for, change is
 * called. Returns how the pass ends. ret_rows (may be NULL): how many rows it read. */
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
		service.says_nothing = true; /* does not tell the total */
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

/* A change of the list between two pages: a job is updated and moves to the front, and another is
 * deleted. So the rows where the pages overlap look unchanged. */
static void touch_and_delete(struct service *service)
{
	touch(service, 150);
	drop(service, 10);
}

static void a_list_that_changes_proves_nothing(void **state)
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
	/* the list changes here, but the pass misses no row */
	assert_int_equal(pass(with_jobs(250), 2, delete_and_create, NULL), PAGING_WHOLE);
}

static void what_cannot_be_proves_nothing(void **state)
{
	struct service service = with_jobs(50);

	(void)state;
	service.lie = 1; /* the total is more than the rows */
	assert_int_equal(pass(service, 0, NULL, NULL), PAGING_FLAWED);
	service = with_jobs(0);
	service.lie = 5;
	assert_int_equal(pass(service, 0, NULL, NULL), PAGING_FLAWED);
	service = with_jobs(250);
	service.lie = 1000000;
	assert_int_equal(pass(service, 0, NULL, NULL), PAGING_FLAWED);
	/* the total is less than the rows */
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

/* A page with more rows than were asked for is flawed: nothing can be concluded from it. */
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

/* A faulty service: it answers with the first page again and again. */
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

/* The result of a long pass through the list: its last step, the number of its pages, and its
 * state, which the test frees. */
struct long_pass {
	int step;
	int pages;
	struct paging paging;
};

#define PAGES_LIMIT 60

/* Reads the list in a long pass, at most PAGES_LIMIT pages. Before each page but the first calls
 * change; NULL: nothing is called. */
static struct long_pass read_long(struct service *service, void (*change)(struct service *))
{
	struct long_pass pass = {.step = PAGING_MORE};
	size_t first;

	paging_begin_long(&pass.paging);
	while (pass.step == PAGING_MORE && pass.pages < PAGES_LIMIT) {
		if (pass.pages++ && change)
			change(service);
		pass.step = ask(service, &pass.paging, &first);
	}
	return pass;
}

static bool has_seen(const struct long_pass *pass, int id)
{
	char name[8];

	snprintf(name, sizeof(name), "D%d", id);
	return id_set_has(&pass->paging.ids, name);
}

static void a_long_pass_over_what_stands_still_is_whole(void **state)
{
	(void)state;
	for (size_t n = 0; n < 350; n += 7) {
		struct service service = with_jobs(n);
		struct long_pass pass = read_long(&service, NULL);

		assert_int_equal(pass.step, PAGING_WHOLE);
		assert_int_equal(pass.paging.ids.n, n);
		paging_finish(&pass.paging);
	}
}

static int next_id;
static bool was_touched[2 * ROWS_MAX];

/* Changes the list between two pages, as other clients do: makes, deletes or updates up to three
 * random jobs. */
static void change_at_random(struct service *service)
{
	for (int n = rand() % 4; n > 0 && service->n > 1; n--) {
		size_t place = (size_t)rand() % service->n;

		switch (rand() % 3) {
		case 0:
			if (service->n < ROWS_MAX)
				add(service, next_id++);
			break;
		case 1:
			drop(service, place);
			break;
		default:
			if (service->ids[place] < 2 * ROWS_MAX)
				was_touched[service->ids[place]] = true;
			touch(service, place);
		}
	}
}

/* A long pass sees each job that others leave alone. A job that is updated moves to the front, and
 * the pass may miss it: jobs that are deleted at the same time hide the missing row. */
static void a_long_pass_sees_what_stands_still_whatever_others_do(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed <= 5000; seed++) {
		struct service service, before;
		struct long_pass pass;

		memset(was_touched, 0, sizeof(was_touched));
		srand(seed);
		next_id = 1000;
		service = before = with_jobs((size_t)rand() % 350);
		service.page_max = before.page_max = rand() % 3 ? 0 : 40 + (size_t)rand() % 60;
		pass = read_long(&service, change_at_random);
		assert_true(pass.step == PAGING_WHOLE || pass.step == PAGING_READ);
		for (size_t i = 0; i < before.n; i++) {
			bool is_there = false;

			for (size_t k = 0; k < service.n; k++)
				is_there |= service.ids[k] == before.ids[i];
			if (is_there && !was_touched[before.ids[i]] &&
			    !has_seen(&pass, before.ids[i]))
				fail_msg("seed %u: D%d was passed over", seed, before.ids[i]);
		}
		paging_finish(&pass.paging);
	}
}

static void delete_many_before(struct service *service)
{
	if (service->n > 300)
		for (int i = 0; i < 150; i++)
			drop(service, 0);
}

static void a_long_pass_steps_back_over_many_that_are_gone(void **state)
{
	struct service service = with_jobs(350);
	struct long_pass pass = read_long(&service, delete_many_before);

	(void)state;
	assert_int_equal(pass.step, PAGING_READ);
	for (size_t i = 0; i < service.n; i++)
		assert_true(has_seen(&pass, service.ids[i]));
	paging_finish(&pass.paging);
}

static void touch_once(struct service *service)
{
	if (service->ids[0] == (int)service->n)
		touch(service, 250);
}

static void a_long_pass_finds_what_moved_to_the_front(void **state)
{
	struct service service = with_jobs(300);
	struct long_pass pass = read_long(&service, touch_once);

	(void)state;
	assert_int_equal(pass.step, PAGING_READ);
	assert_true(has_seen(&pass, 50));
	assert_int_equal(pass.paging.ids.n, 300);
	assert_true(pass.pages <= 6);
	paging_finish(&pass.paging);
}

/* The service claims impossible numbers. A long pass ends all the same, and proves nothing. */
static void a_long_pass_ends_whatever_is_told(void **state)
{
	static const int64_t lies[] = {1, 5, 1000000, -1, -200};

	(void)state;
	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		struct service service = with_jobs(250);
		struct long_pass pass;

		service.lie = lies[i];
		pass = read_long(&service, NULL);
		assert_int_equal(pass.step, PAGING_READ);
		assert_int_equal(pass.paging.ids.n, 250);
		paging_finish(&pass.paging);
	}
}

/* A row without a usable ID, at any place of the list, is skipped: a long pass ends and has all
 * other jobs. */
static void a_long_pass_reads_on_behind_a_row_that_tells_no_job(void **state)
{
	(void)state;
	for (size_t bad = 0; bad < 250; bad++) {
		struct paging paging = {0};
		struct service service = with_jobs(250);
		int step = PAGING_MORE, pages = 0;

		paging_begin_long(&paging);
		while (step == PAGING_MORE && pages++ < PAGES_LIMIT) {
			static struct coc_summary rows[COC_LIST_PAGE];
			static char names[COC_LIST_PAGE][8];
			struct coc_answer page = {.total = 250, .summaries = rows};
			size_t first;

			for (size_t k = 0; k < COC_LIST_PAGE; k++) {
				size_t at = (size_t)paging.offset + k, n = page.n_summaries;

				if (at >= service.n)
					break;
				if (at == bad) {
					page.n_unusable++;
					continue;
				}
				snprintf(names[n], sizeof(names[n]), "D%d", service.ids[at]);
				rows[page.n_summaries++].document_id = names[n];
			}
			step = paging_take(&paging, &page, &first);
		}
		assert_int_equal(step, PAGING_READ);
		assert_int_equal(paging.ids.n, 249);
		assert_true(pages <= 5);
		paging_finish(&paging);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_list_that_stands_still_is_whole),
		cmocka_unit_test(a_list_that_changes_proves_nothing),
		cmocka_unit_test(what_cannot_be_proves_nothing),
		cmocka_unit_test(a_row_that_is_told_twice_proves_nothing),
		cmocka_unit_test(a_row_that_tells_no_job_proves_nothing),
		cmocka_unit_test(a_page_that_is_too_long_proves_nothing),
		cmocka_unit_test(a_service_that_does_not_turn_pages),
		cmocka_unit_test(pages_overlap_by_one_row),
		cmocka_unit_test(a_long_pass_over_what_stands_still_is_whole),
		cmocka_unit_test(a_long_pass_sees_what_stands_still_whatever_others_do),
		cmocka_unit_test(a_long_pass_steps_back_over_many_that_are_gone),
		cmocka_unit_test(a_long_pass_finds_what_moved_to_the_front),
		cmocka_unit_test(a_long_pass_ends_whatever_is_told),
		cmocka_unit_test(a_long_pass_reads_on_behind_a_row_that_tells_no_job),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
