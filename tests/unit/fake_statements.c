/* SPDX-License-Identifier: MIT */
#include "fake_statements.h"

#include <sqlite3.h>

#include "fake_memory.h"

int __real_sqlite3_step(sqlite3_stmt *stmt);
int __wrap_sqlite3_step(sqlite3_stmt *stmt);

static uint64_t counted, failing;

void fake_statements_fail(uint64_t nth)
{
	counted = 0;
	failing = nth;
	fake_memory_short(0);
}

bool fake_statements_work(void)
{
	bool has_failed = counted >= failing;

	failing = 0;
	fake_memory_enough();
	return has_failed;
}

int __wrap_sqlite3_step(sqlite3_stmt *stmt)
{
	if (failing && fake_memory_is_short() && ++counted == failing)
		return SQLITE_IOERR;
	return __real_sqlite3_step(stmt);
}
