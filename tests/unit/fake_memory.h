/* SPDX-License-Identifier: MIT */
#ifndef COCFS_TESTS_FAKE_MEMORY_H
#define COCFS_TESTS_FAKE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Memory that runs short. The linker sends each allocation of the program through these functions
 * (--wrap, see meson.build), but none of its libraries. Between fake_memory_short() and
 * fake_memory_enough() one allocation fails.
 */

/* Lets the nth allocation from now on fail; 1 is the next. 0: none fails, they are only counted. */
void fake_memory_short(uint64_t nth);

/* Lets no allocation fail any more. Returns how many there were since fake_memory_short(). */
uint64_t fake_memory_enough(void);

/* Excludes the test's own allocations: they are not counted and do not fail until
 * fake_memory_resume(). Give the returned value to fake_memory_resume(). */
bool fake_memory_pause(void);
void fake_memory_resume(bool was_short);

/* Does the next allocation count? False if fake_memory_short() was not called, and while the test
 * has paused. */
bool fake_memory_is_short(void);

/* Was the allocation reached that fake_memory_short() lets fail? If not, the test has made fewer
 * allocations. */
bool fake_memory_has_failed(void);

/* Memory for the test itself: it is not counted and never fails. If there is none, the program
 * ends. Free it with free(3). */
void *fake_memory_zeroed(size_t size);
void *fake_memory_copy(const char *text, size_t size);		  /* with a NUL behind it */
void *fake_memory_grown(void *old, size_t old_size, size_t size); /* the new part is zeroed */

#endif
