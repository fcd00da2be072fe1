/* SPDX-License-Identifier: MIT */
#ifndef COCFS_TESTS_FAKE_STATEMENTS_H
#define COCFS_TESTS_FAKE_STATEMENTS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * A statement of the ledger that fails, as when the disk cannot be read or written. The linker has
 * each step of a statement come by here (--wrap, see meson.build). What the test itself does
 * between fake_memory_pause() and fake_memory_resume() is not counted.
 */

/* The nth step from now on fails, and is not done; 1 is the next. */
void fake_statements_fail(uint64_t nth);

/* None fails any more. Returns whether one has failed. */
bool fake_statements_work(void);

#endif
