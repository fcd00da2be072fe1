/* SPDX-License-Identifier: MIT */
/*
 * The least that durability can take: one row of a job's size in one SQLite commit,
 * synchronous=FULL, again and again. A rest before each commit is not counted. Prints the seconds
 * of all commits together.
 */
#include <sqlite3.h>

#include "timing.h"

#define CONTENT 300 /* bytes of a row: a small document, and what the ledger keeps beside it */

static void must(sqlite3 *db, int code)
{
	if (code != SQLITE_OK && code != SQLITE_DONE)
		give_up(sqlite3_errmsg(db), 0);
}

int main(int argc, char **argv)
{
	static const char content[CONTENT];
	sqlite3_stmt *insert;
	unsigned count, rest_us;
	double begun, taken = 0;
	sqlite3 *db;

	if (argc != 3 && argc != 4) {
		fprintf(stderr, "usage: %s FILE COMMITS [REST_US]\n", argv[0]);
		return 2;
	}
	count = count_of(argv[2]);
	rest_us = argc == 4 ? count_of(argv[3]) : 0;
	must(NULL, sqlite3_open(argv[1], &db));
	must(db, sqlite3_exec(db,
			      "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL;"
			      "PRAGMA synchronous = FULL;"
			      "CREATE TABLE IF NOT EXISTS job (id INTEGER PRIMARY KEY, name TEXT"
			      " UNIQUE, content BLOB)",
			      NULL, NULL, NULL));
	must(db, sqlite3_prepare_v2(db,
				    "INSERT INTO job (name, content)"
				    " VALUES (hex(randomblob(8)), ?)",
				    -1, &insert, NULL));
	must(db, sqlite3_bind_blob(insert, 1, content, CONTENT, SQLITE_STATIC));
	for (unsigned i = 0; i < count; i++) {
		rest(rest_us);
		begun = now_s();
		must(db, sqlite3_step(insert));
		must(db, sqlite3_reset(insert));
		taken += now_s() - begun;
	}
	printf("%.6f\n", taken);
	sqlite3_finalize(insert);
	must(NULL, sqlite3_close(db));
	return 0;
}
