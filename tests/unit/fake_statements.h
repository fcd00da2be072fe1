/* SPDX-License-Identifier: MIT */
#ifndef COCFS_TESTS_FAKE_STATEMENTS_H
#define COCFS_TESTS_FAKE_STATEMENTS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Statements of the ledger that fail, as when the disk cannot be read or written. The linker sends
 * each step of a statement through these functions (--wrap, see meson.build). Statements of the
 * test itself, between fake_memory_pause() and fake_memory_resume(), are not counted.
 */

/* Lets the nth step from now on fail, without doing it. 1 is the next step. */
void fake_statements_fail(uint64_t nth);

/* Ends the fault of fake_statements_fail(): all statements of SQLite work again. Returns whether
 * one has failed. */
bool fake_statements_work(void);

#endif
