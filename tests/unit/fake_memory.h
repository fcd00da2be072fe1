/* SPDX-License-Identifier: MIT */
#ifndef COCFS_TESTS_FAKE_MEMORY_H
#define COCFS_TESTS_FAKE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Memory that runs short. The linker sends each allocation of the program through fake_memory.c
 * (--wrap, see meson.build). Allocations within shared libraries never fail. Between
 * fake_memory_short() and fake_memory_enough() one allocation fails, with ENOMEM.
 */

/* Begins to count allocations, and lets the nth allocation fail; 1 is the next. nth 0: no
 * allocation fails. */
void fake_memory_short(uint64_t nth);

/* Lets no allocation fail any more. Returns how many allocations were counted since
 * fake_memory_short(). */
uint64_t fake_memory_enough(void);

/* Excludes the test's own allocations: they are not counted and do not fail until
 * fake_memory_resume(). Give the returned value to fake_memory_resume(). */
bool fake_memory_pause(void);
void fake_memory_resume(bool was_short);

/* Is the next allocation counted, so that it may fail? No before fake_memory_short(), after
 * fake_memory_enough(), and while the test has paused. */
bool fake_memory_is_short(void);

/* Has the nth allocation since fake_memory_short() failed? If not, the program has made fewer than
 * n allocations. */
bool fake_memory_has_failed(void);

/* Memory for the test itself. These allocations are not counted and never fail: without memory the
 * program aborts. Free the result with free(3). */
void *fake_memory_zeroed(size_t size);
void *fake_memory_copy(const char *text, size_t size);		  /* size bytes, and a NUL */
void *fake_memory_grown(void *old, size_t old_size, size_t size); /* the new part is zeroed */

#endif
