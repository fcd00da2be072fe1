/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bounds/api.h"
#include "service/bounds.h"
#include "service/http/exchange.h"

static struct exchange *create(void)
{
	struct exchange *exchange = NULL;

	assert_int_equal(exchange_create("/v1/documents", "host", &exchange), 0);
	return exchange;
}

static void keeps_the_parts_of_a_body_in_order(void **state)
{
	struct exchange_budget budget = {0};
	struct exchange *exchange = create();

	(void)state;
	assert_int_equal(exchange_body(exchange, &budget, "abc", 3), 0);
	assert_int_equal(exchange_body(exchange, &budget, "de", 2), 0);
	assert_string_equal(exchange->body.data, "abcde");
	assert_int_equal(budget.held, 5);
	exchange_destroy(exchange, &budget);
	assert_int_equal(budget.held, 0);
}

static void drops_a_body_that_is_too_large_but_hears_it_out(void **state)
{
	struct exchange_budget budget = {0};
	struct exchange *exchange = create();
	char *part = calloc(1, 1 << 20);
	int parts = 0;

	(void)state;
	assert_non_null(part);
	while (!exchange->too_large) {
		assert_int_equal(exchange_body(exchange, &budget, part, 1 << 20), 0);
		parts++;
	}
	assert_int_equal(parts, COC_BODY_MAX / (1 << 20) + 1);
	assert_int_equal(budget.held, 0);
	assert_null(exchange->body.data);
	while (exchange_body(exchange, &budget, part, 1 << 20) == 0)
		parts++;
	assert_int_equal(parts, SERVICE_BODY_DRAIN_MAX / (1 << 20));
	free(part);
	exchange_destroy(exchange, &budget);
}

static void keeps_nothing_more_when_all_bodies_together_are_too_large(void **state)
{
	struct exchange_budget budget = {.held = SERVICE_BODIES_MAX - 10};
	struct exchange *first = create(), *second = create();

	(void)state;
	assert_int_equal(exchange_body(first, &budget, "0123456789", 10), 0);
	assert_false(first->no_room);
	assert_int_equal(exchange_body(second, &budget, "x", 1), 0);
	assert_true(second->no_room);
	exchange_destroy(first, &budget);
	/* now there is room again, but not for a body whose beginning is lost */
	assert_int_equal(exchange_body(second, &budget, "y", 1), 0);
	assert_true(second->no_room);
	assert_null(second->body.data);
	exchange_destroy(second, &budget);
	assert_int_equal(budget.held, SERVICE_BODIES_MAX - 10);
}

static void names_every_request_differently(void **state)
{
	struct exchange_budget budget = {0};
	struct exchange *first = create(), *second = create();

	(void)state;
	assert_string_not_equal(first->request.id, second->request.id);
	assert_string_equal(strrchr(first->request.id, '-'), "-host");
	exchange_destroy(first, &budget);
	exchange_destroy(second, &budget);
	exchange_destroy(NULL, &budget);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_the_parts_of_a_body_in_order),
		cmocka_unit_test(drops_a_body_that_is_too_large_but_hears_it_out),
		cmocka_unit_test(keeps_nothing_more_when_all_bodies_together_are_too_large),
		cmocka_unit_test(names_every_request_differently),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
