/* SPDX-License-Identifier: MIT */
#ifndef COCFS_TESTS_FAKE_MEMORY_H
#define COCFS_TESTS_FAKE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Memory that runs short. The linker has the program's own allocations come by here (--wrap, see
 * meson.build), not those of its libraries. Between fake_memory_short() and fake_memory_enough()
 * one of them fails.
 */

/* The nth allocation from now on fails, 1 is the next; 0: none, they are only counted. */
void fake_memory_short(uint64_t nth);

/* None fails any more. Returns how many there were. */
uint64_t fake_memory_enough(void);

/* The test itself allocates: nothing fails until fake_memory_resume(), which takes what this
 * returns. */
bool fake_memory_pause(void);
void fake_memory_resume(bool was_short);

/* Are allocations counted, and is this none of the test's own? */
bool fake_memory_is_short(void);

/* Did it come to the one that was to fail? */
bool fake_memory_has_failed(void);

/* The test's own memory, which is not counted and never fails: without it the program ends. All are
 * freed with free(3). */
void *fake_memory_zeroed(size_t size);
void *fake_memory_copy(const char *text, size_t size);		  /* and a NUL behind it */
void *fake_memory_grown(void *old, size_t old_size, size_t size); /* what is new is zeroed */

#endif
