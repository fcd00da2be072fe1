/* SPDX-License-Identifier: MIT */
/* A thread gets a stack of the size that is asked for, or begins with another size. */
#define _GNU_SOURCE
#include "base/thread.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* less than any default, and more than a sanitizer needs */
#define STACK_SIZE (1 << 20)

/* The function of a thread: stores the size of its stack in *data, a size_t. */
static void *measure_stack(void *data)
{
	size_t *size = data;
	pthread_attr_t attr;

	if (!pthread_getattr_np(pthread_self(), &attr)) {
		pthread_attr_getstacksize(&attr, size);
		pthread_attr_destroy(&attr);
	}
	return data;
}

static size_t stack_of_thread(size_t wanted)
{
	size_t size = 0;
	void *result = NULL;
	pthread_t thread;

	assert_int_equal(thread_start(wanted, measure_stack, &size, &thread), 0);
	assert_int_equal(pthread_join(thread, &result), 0);
	assert_ptr_equal(result, &size);
	return size;
}

static void a_thread_gets_the_stack_that_is_asked_for(void **state)
{
	(void)state;
	/* the system may add a page, and the library its own data */
	assert_in_range(stack_of_thread(STACK_SIZE), STACK_SIZE, 2 * STACK_SIZE);
	assert_in_range(stack_of_thread(3 * STACK_SIZE), 3 * STACK_SIZE, 4 * STACK_SIZE);
}

static void a_thread_begins_even_if_the_system_refuses_the_size(void **state)
{
	(void)state;
	assert_true(stack_of_thread(1) > STACK_SIZE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_thread_gets_the_stack_that_is_asked_for),
		cmocka_unit_test(a_thread_begins_even_if_the_system_refuses_the_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
