/* SPDX-License-Identifier: MIT */
#ifndef COCFS_TESTS_FAKE_STATEMENTS_H
#define COCFS_TESTS_FAKE_STATEMENTS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Statements of the ledger that fail, as when the disk cannot be read or written. The linker sends
 * each call of sqlite3_step() through fake_statements.c (--wrap, see meson.build). Calls for the
 * test itself, between fake_memory_pause() and fake_memory_resume(), are not counted. A fault of
 * fake_memory_short() ends when a fault of statements begins.
 */

/* From now on the nth call of sqlite3_step() returns SQLITE_IOERR and does nothing; 1 is the next
 * call. All other calls work. */
void fake_statements_fail(uint64_t nth);

/* Ends the fault of fake_statements_fail(): all calls work again. Returns whether the nth call was
 * made, and so has failed. */
bool fake_statements_work(void);

#endif
