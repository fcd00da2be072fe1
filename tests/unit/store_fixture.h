/* SPDX-License-Identifier: MIT */
#ifndef COCFS_TESTS_STORE_FIXTURE_H
#define COCFS_TESTS_STORE_FIXTURE_H

/* A store for each test: a data file, or the database whose URI is in COCD_STORE_URI. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "service/store/store.h"
#include "service/store/executions.h"

#define NOW_MS 1751393019123 /* 2025-07-01 18:03:39 UTC */

struct fixture {
	const char *uri; /* of the PostgreSQL database (COCD_STORE_URI); NULL: a file */
	char directory[32], path[64];
	struct store *store;
};

/* plain: a document to create. plain_run: an execution of a document DM0, which does not exist. */
extern const struct store_new plain;
extern const struct store_run plain_run;

/* Opens the fixture's data again, as fixture->store. Close the old store before, or keep its
 * pointer. Returns 0 or an error of store_open(). */
int open_again(struct fixture *fixture, struct err *err);

/* Runs statements of SQL on the store's database over a separate connection, as another program
 * would do. */
void change(struct fixture *fixture, const char *statements);

/* needs_file() skips the test if the store is a PostgreSQL database, needs_database() if the store
 * is a file. */
void needs_file(const struct fixture *fixture);
void needs_database(const struct fixture *fixture);

/* Set-up of each test, for cmocka: makes an empty store. close_store() is the tear-down. Both
 * return 0. */
int open_store(void **state);
int close_store(void **state);

#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, open_store, close_store)

/* What the callbacks of store_show() got: a copy of the document, and the number of its
 * versions. */
struct found {
	char name[64], content[64], risk_level[8], description[64], modifier[8];
	int64_t version, update_time_ms;
	int n_versions;
};

/* A callback of store_show() for a version: counts it in data (a struct found). Returns 0. */
int count_version(void *data, const struct store_version *version);

/* Shows a document, or one version of it (version 0: the latest). Returns what store_show()
 * returns. */
int show(struct fixture *fixture, const char *id, int64_t version, struct found *found);

/* Runs a query of SQL over a separate connection. Returns the number in the first column of the
 * first row. */
int64_t ask(struct fixture *fixture, const char *question);

#endif
