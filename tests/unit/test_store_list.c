/* SPDX-License-Identifier: MIT */
/* Tests of the list of documents by a part of their names: the index and a search through all names
 * find the same. */
#define _GNU_SOURCE
#include "store_fixture.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "bounds/api.h"
#include "service/store/store_private.h"

#define DOCUMENTS 300
#define QUESTIONS 400
#define NAME_ROOM (COC_NAME_MAX_CHARS * 4 + 1)

struct listed {
	char ids[64][STORE_ID_SIZE];
	size_t n;
};

static int keep(void *data, const struct store_document *document)
{
	struct listed *listed = data;

	if (listed->n < sizeof(listed->ids) / sizeof(listed->ids[0]))
		snprintf(listed->ids[listed->n++], STORE_ID_SIZE, "%s", document->document_id);
	return 0;
}

static int64_t list(struct fixture *fixture, const char *name_like, struct listed *listed)
{
	struct store_filter filter = {.name_like = name_like, .limit = 50};
	int64_t total = -1;
	struct err err;

	listed->n = 0;
	assert_int_equal(store_list(fixture->store, &filter, keep, listed, &total, &err), 0);
	return total;
}

static void make(struct fixture *fixture, const char *name, char id[STORE_ID_SIZE])
{
	struct store_new new = plain;
	struct err err;

	new.name = name;
	assert_int_equal(store_create(fixture->store, &new, NOW_MS, id, &err), 0);
}

/* Makes a name of few different characters, so that many names are alike. The characters are of
 * either case and of one to four bytes, and some are special to LIKE. */
static void random_name(char *name, size_t most)
{
	static const char *const characters[] = {"a",
						 "A",
						 "b",
						 "-",
						 "%",
						 "_",
						 "\\",
						 "\xc3\xa9",
						 "\xe4\xb8\xad",
						 "\xf0\x9f\x9a\x80",
						 "\xf4\x8f\xbf\xbf"};
	size_t n = 1 + (size_t)random() % most;

	*name = '\0';
	for (size_t i = 0; i < n; i++)
		strcat(name,
		       characters[(size_t)random() % (sizeof(characters) / sizeof(characters[0]))]);
}

static void lower(char *text)
{
	for (; *text; text++)
		if (*text >= 'A' && *text <= 'Z')
			*text += 'a' - 'A';
}

/* Is text a part of name, if the case of ASCII letters does not count? */
static bool has(const char *name, const char *text)
{
	char names[NAME_ROOM], texts[NAME_ROOM];

	strcpy(names, name);
	strcpy(texts, text);
	lower(names);
	lower(texts);
	return strstr(names, texts) != NULL;
}

static void finds_what_a_search_through_all_finds(void **state)
{
	static char names[DOCUMENTS][NAME_ROOM], ids[DOCUMENTS][STORE_ID_SIZE];
	struct fixture *fixture = *state;
	struct listed listed;
	struct err err;

	srandom(1);
	for (size_t i = 0; i < DOCUMENTS; i++) {
		random_name(names[i], i % 3 ? 12 : COC_NAME_MAX_CHARS);
		make(fixture, names[i], ids[i]);
	}
	/* some documents are renamed, and some are deleted */
	for (size_t i = 0; i < DOCUMENTS; i += 7) {
		struct store_edit edit = {.name = names[i], .content = "x", .modifier = "me"};

		random_name(names[i], 12);
		assert_int_equal(store_update(fixture->store, ids[i], &edit, NOW_MS, &err), 0);
	}
	for (size_t i = 0; i < DOCUMENTS; i += 11) {
		assert_int_equal(store_delete(fixture->store, ids[i], &err), 0);
		names[i][0] = '\0';
	}
	for (size_t question = 0; question < QUESTIONS; question++) {
		char text[NAME_ROOM];
		int64_t expected = 0;

		if (question % 3)
			random_name(text, 9);
		else
			strcpy(text, names[(size_t)random() % DOCUMENTS]);
		if (!*text)
			continue;
		for (size_t i = 0; i < DOCUMENTS; i++)
			expected += *names[i] && has(names[i], text);
		if (list(fixture, text, &listed) != expected)
			fail_msg("\"%s\": not %lld", text, (long long)expected);
		assert_int_equal(listed.n, expected < 50 ? expected : 50);
	}
}

/* A search whose 1,200 matches are more than FOUND_MAX finds them all, and searches with fewer
 * matches are exact. */
static void finds_what_very_many_have(void **state)
{
	struct fixture *fixture = *state;
	struct listed listed;
	char name[64], id[STORE_ID_SIZE];
	struct err err;

	store_gather(fixture->store);
	for (int i = 0; i < 1200; i++) {
		snprintf(name, sizeof(name), "restart-of-%04d", i);
		make(fixture, name, id);
	}
	assert_int_equal(store_settle(fixture->store, &err), 0);
	assert_int_equal(list(fixture, "restart-of", &listed), 1200);
	assert_string_equal(listed.ids[0], id);
	assert_int_equal(list(fixture, "RESTART-OF-11", &listed), 100);
	assert_int_equal(list(fixture, "restart-of-0077", &listed), 1);
	assert_int_equal(list(fixture, "restart-of-1200", &listed), 0);
}

/* Does a statement read one of the big tables from beginning to end? */
static bool reads_all(sqlite3 *db, enum statement which)
{
	char *text = sqlite3_mprintf("EXPLAIN QUERY PLAN %s", db_statements[which]);
	sqlite3_stmt *statement;
	bool all = false;

	assert_int_equal(sqlite3_prepare_v2(db, text, -1, &statement, NULL), SQLITE_OK);
	while (sqlite3_step(statement) == SQLITE_ROW) {
		const char *step = (const char *)sqlite3_column_text(statement, 3);

		all |= strstr(step, "SCAN documents") || strstr(step, "SCAN name_parts");
	}
	sqlite3_finalize(statement);
	sqlite3_free(text);
	return all;
}

/* The statements of a search by name read no whole table, but use an index. So a million more
 * documents cost nothing. */
static void asks_an_index(void **state)
{
	struct fixture *fixture = *state;
	sqlite3 *db;

	needs_file(fixture);
	assert_int_equal(sqlite3_open(fixture->path, &db), SQLITE_OK);
	assert_true(reads_all(db, ST_COUNT)); /* shows that reads_all() can say yes */
	assert_false(reads_all(db, ST_FIND_PARTS));
	assert_false(reads_all(db, ST_LIST_FOUND));
	assert_false(reads_all(db, ST_COUNT_FOUND));
	sqlite3_close(db);
}

static void keeps_no_parts_of_what_is_gone(void **state)
{
	struct fixture *fixture = *state;
	struct store_edit edit = {.name = "b", .content = "x", .modifier = "me"};
	char id[STORE_ID_SIZE];
	struct err err;

	make(fixture,
	     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	     id);
	assert_true(ask(fixture, "SELECT count(*) FROM name_parts") > 10);
	assert_int_equal(store_update(fixture->store, id, &edit, NOW_MS, &err), 0);
	assert_int_equal(ask(fixture, "SELECT count(*) FROM name_parts"), 1);
	assert_int_equal(store_delete(fixture->store, id, &err), 0);
	assert_int_equal(ask(fixture, "SELECT count(*) FROM name_parts"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_STORE(finds_what_a_search_through_all_finds),
		WITH_STORE(finds_what_very_many_have),
		WITH_STORE(asks_an_index),
		WITH_STORE(keeps_no_parts_of_what_is_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
