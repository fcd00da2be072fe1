/* SPDX-License-Identifier: MIT */
/* Tests of the check of single pages of an SQLite file: a page that SQLite wrote is never suspect,
 * most torn pages are. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "ledger/page_check.h"

#define SEED 20261129
#define ROUNDS 3000

struct fixture {
	char path[64];
	struct page_file file;
	unsigned char *bytes;
};

static void run(sqlite3 *db, const char *sql)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
}

/* Makes one random change in the tables of the database: deletes, changes or adds rows, small and
 * large ones. */
static void change(sqlite3 *db)
{
	char sql[512];
	int key = rand() % 4000, size = rand() % 8 ? rand() % 300 : rand() % 20000;

	switch (rand() % 5) {
	case 0:
		snprintf(sql, sizeof(sql), "DELETE FROM t WHERE id BETWEEN %d AND %d", key,
			 key + rand() % 60);
		break;
	case 1:
		snprintf(sql, sizeof(sql), "UPDATE t SET text = hex(randomblob(%d)) WHERE id = %d",
			 size, key);
		break;
	case 2:
		snprintf(sql, sizeof(sql),
			 "INSERT OR REPLACE INTO w VALUES (hex(randomblob(%d)), %d)",
			 size % 900 + 4, key);
		break;
	default:
		snprintf(sql, sizeof(sql),
			 "INSERT OR REPLACE INTO t (id, name, text)"
			 " VALUES (%d, 'name-' || random(), hex(randomblob(%d)))",
			 key - 100, size);
	}
	run(db, sql);
}

/* Makes a database file with pages of all kinds, and reads it into fixture->bytes. has_map: with
 * the map pages of auto_vacuum. */
static void make_file(struct fixture *fixture, int page_size, bool has_map)
{
	char sql[256];
	sqlite3 *db;
	FILE *file;
	long size;

	unlink(fixture->path);
	assert_int_equal(sqlite3_open(fixture->path, &db), SQLITE_OK);
	snprintf(sql, sizeof(sql),
		 "PRAGMA page_size = %d; PRAGMA auto_vacuum = %s; PRAGMA synchronous = OFF;"
		 "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT UNIQUE, text TEXT);"
		 "CREATE TABLE w (name TEXT PRIMARY KEY, number INTEGER) WITHOUT ROWID; BEGIN",
		 page_size, has_map ? "INCREMENTAL" : "NONE");
	run(db, sql);
	for (int i = 0; i < ROUNDS; i++)
		change(db);
	run(db, "COMMIT; PRAGMA incremental_vacuum(20)");
	run(db, "DELETE FROM t WHERE id % 7 = 0");
	sqlite3_close(db);
	file = fopen(fixture->path, "rb");
	assert_non_null(file);
	assert_int_equal(fseek(file, 0, SEEK_END), 0);
	size = ftell(file);
	rewind(file);
	free(fixture->bytes);
	fixture->bytes = malloc((size_t)size);
	assert_int_equal(fread(fixture->bytes, 1, (size_t)size, file), size);
	fclose(file);
	fixture->file = (struct page_file){.n_pages = (uint32_t)(size / page_size),
					   .size = (size_t)page_size,
					   .usable = (size_t)page_size,
					   .has_map = has_map};
	assert_true(fixture->file.n_pages > 20);
}

static unsigned char *page_of(const struct fixture *fixture, uint32_t number)
{
	return fixture->bytes + (number - 1) * fixture->file.size;
}

/* Would page_is_suspect() report the page with this number, if it had these bytes? */
static bool is_suspect_as(const struct fixture *fixture, uint32_t number,
			  const unsigned char *bytes)
{
	uint32_t map = page_map_of(&fixture->file, number);

	return page_is_suspect(&fixture->file, number, bytes, map ? page_of(fixture, map) : NULL);
}

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	if (!fixture)
		return -1;
	snprintf(fixture->path, sizeof(fixture->path), "/tmp/cocfs-page-XXXXXX");
	if (mkstemp(fixture->path) < 0)
		return -1;
	srand(SEED);
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	unlink(fixture->path);
	free(fixture->bytes);
	free(fixture);
	return 0;
}

static void what_sqlite_leaves_is_not_suspect(void **state)
{
	struct fixture *fixture = *state;
	static const int sizes[] = {512, 1024, 4096, 4096, 32768};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		make_file(fixture, sizes[i], i % 4 != 3);
		for (uint32_t number = 1; number <= fixture->file.n_pages; number++)
			if (is_suspect_as(fixture, number, page_of(fixture, number)))
				fail_msg("page %u of %d bytes is suspect", number, sizes[i]);
	}
}

/* Returns the kind of a page of a b-tree (its first byte). Returns 0 for page 1, and for a page
 * that the pointer map does not list as a page of a b-tree. */
static unsigned tree_kind(const struct fixture *fixture, uint32_t number)
{
	uint32_t map = page_map_of(&fixture->file, number);
	unsigned kind;

	if (number == 1 || map == number)
		return 0;
	kind = page_of(fixture, map)[5 * (number - map - 1)];
	return kind == 1 || kind == 5 ? page_of(fixture, number)[0] : 0;
}

static void a_torn_page_is_suspect(void **state)
{
	struct fixture *fixture = *state;
	unsigned char torn[4096];
	int trees = 0, seen = 0, kinds[16] = {0};

	make_file(fixture, sizeof(torn), true);
	for (uint32_t number = 2; number < fixture->file.n_pages; number++) {
		unsigned kind = tree_kind(fixture, number);

		if (!kind || !tree_kind(fixture, number + 1))
			continue;
		kinds[kind & 15]++;
		/* the first half of one page, and the second half of another */
		memcpy(torn, page_of(fixture, number), sizeof(torn) / 2);
		memcpy(torn + sizeof(torn) / 2, page_of(fixture, number + 1) + sizeof(torn) / 2,
		       sizeof(torn) / 2);
		trees++;
		seen += is_suspect_as(fixture, number, torn);
		memset(torn, 0xff, 8);
		assert_true(is_suspect_as(fixture, number, torn));
		memset(torn, 0, sizeof(torn));
		assert_true(is_suspect_as(fixture, number, torn));
	}
	assert_true(kinds[2] && kinds[5] && kinds[10] && kinds[13]);
	print_message("%d of %d torn pages are suspect\n", seen, trees);
	/* in the others, the second half is a part of one text, so any bytes are right */
	assert_true(seen * 4 >= trees * 3);
}

static void each_page_of_the_map_is_looked_at(void **state)
{
	struct fixture *fixture = *state;
	unsigned char map[512];

	make_file(fixture, sizeof(map), true);
	memcpy(map, page_of(fixture, 2), sizeof(map));
	assert_false(is_suspect_as(fixture, 2, map));
	memset(map, 0, 8);
	assert_true(is_suspect_as(fixture, 2, map));
	memcpy(map, page_of(fixture, 2), sizeof(map));
	memset(map + 16, 0xff, 4); /* the parent page of the fourth entry */
	assert_true(is_suspect_as(fixture, 2, map));
}

/* No byte beside a page is read, with any bytes in the page: the sanitizer would report it. */
static void any_bytes_can_be_looked_at(void **state)
{
	struct fixture *fixture = *state;
	unsigned char *bytes = malloc(512);

	assert_non_null(bytes);
	make_file(fixture, 512, true);
	for (int round = 0; round < 200000; round++) {
		uint32_t number = 1 + (uint32_t)rand() % fixture->file.n_pages;

		memcpy(bytes, page_of(fixture, number), 512);
		for (int i = rand() % 6; i >= 0; i--)
			bytes[rand() % 2 ? rand() % 512 : rand() % 16] = (unsigned char)rand();
		is_suspect_as(fixture, number, bytes);
	}
	free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_sqlite_leaves_is_not_suspect, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_torn_page_is_suspect, set_up, tear_down),
		cmocka_unit_test_setup_teardown(each_page_of_the_map_is_looked_at, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(any_bytes_can_be_looked_at, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
