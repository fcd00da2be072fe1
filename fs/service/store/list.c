/* SPDX-License-Identifier: MIT */
/*
 * Lists documents. Before each create, cocfs asks for the documents of a name. If there are very
 * many documents, the store must find them without reading all documents. The request gives a part
 * of the name, and an index of whole names cannot find a part.
 *
 * So the table name_parts has parts of each name, in lower case: a part begins at every fourth
 * character, and has up to 64 characters. Triggers in the database keep the table. If a text of
 * four or more characters stands in a name, then one of its first four characters stands where a
 * part begins. So the text without its first 0, 1, 2 or 3 characters is the beginning of a part.
 * Four searches in an index find all documents that may match. The exact filter is applied to the
 * documents found. Of a text of more than 67 characters the last 67 are searched for, because names
 * that count upwards differ at the end.
 *
 * A text of fewer than four characters, or one that stands in very many names, is searched for in
 * all documents. The result is large then, too.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/utf8.h"
#include "bounds/api.h"
#include "service/store/store_private.h"

/* A part of a name begins at each fourth character, and has up to 64. The tables are filled with
 * the same two numbers (sqlite_open.c, postgresql_tables.c). */
#define PART_EVERY 4
#define PART_CHARS 64

/* The most documents that are read by their numbers. If more are found, it costs no more to read
 * all documents. */
#define FOUND_MAX 1000

#define CHARACTER_LAST 0x10ffff
#define SURROGATE_FIRST 0xd800
#define SURROGATE_LAST 0xdfff

/* The callback of a caller that lists documents, and how many documents it got (n). */
struct list_reader {
	int (*each)(void *data, const struct store_document *document);
	void *data;
	int64_t number; /* row number of the last document that each() got; 0: none */
	int64_t n;
};

static int see_listed_document(void *data, const struct db_row *row)
{
	struct list_reader *reader = data;
	const struct store_document document = store_read_row(row);

	reader->number = document.number;
	reader->n++;
	return reader->each(reader->data, &document);
}

static int keep_document_number(void *data, const struct db_row *row)
{
	*(int64_t *)data = db_number(row, 0);
	return 0;
}

int store_make_pattern(const char *text, struct buf *out)
{
	buf_puts(out, "%");
	for (; *text; text++) {
		if (strchr("%_\\", *text))
			buf_puts(out, "\\");
		buf_append(out, text, 1);
	}
	return buf_puts(out, "%");
}

/* Reads the characters of a text, in the database's lower case: only ASCII letters change. Returns
 * how many characters there are; 0 if the text has more than COC_NAME_MAX_CHARS, is empty, or is
 * not UTF-8. */
static size_t read_characters(const char *text, uint32_t characters[COC_NAME_MAX_CHARS])
{
	size_t left = strlen(text), n = 0, size;
	uint32_t character;

	for (; (size = utf8_next(text, left, &character)); text += size, left -= size) {
		if (n == COC_NAME_MAX_CHARS)
			return 0;
		characters[n++] = character < 0x80 ? (uint32_t)tolower((int)character) : character;
	}
	return left ? 0 : n;
}

static int append_character(struct buf *out, uint32_t character)
{
	char bytes[UTF8_CHAR_MAX];
	size_t size = character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
	static const unsigned char leads[] = {0, 0, 0xc0, 0xe0, 0xf0};

	for (size_t i = size; i-- > 1; character >>= 6)
		bytes[i] = (char)(0x80 | (character & 0x3f));
	bytes[0] = (char)(leads[size] | character);
	return buf_append(out, bytes, size);
}

static int append_characters(struct buf *out, const uint32_t *characters, size_t n)
{
	for (size_t i = 0; i < n; i++)
		append_character(out, characters[i]);
	return out->error;
}

/* Appends the smallest text that is greater than all texts that begin with these characters.
 * Returns 0; -ERANGE if there is no such text; or -ENOMEM. */
static int append_next(struct buf *out, const uint32_t *characters, size_t n)
{
	uint32_t last;

	while (n && characters[n - 1] == CHARACTER_LAST)
		n--;
	if (!n)
		return -ERANGE;
	last = characters[n - 1] + 1;
	if (last == SURROGATE_FIRST)
		last = SURROGATE_LAST + 1;
	append_characters(out, characters, n - 1);
	return append_character(out, last);
}

/* The row numbers of the documents that may match, as a JSON array, and how many they are. */
struct found {
	struct buf numbers;
	int n;
};

static int keep_found(void *data, const struct db_row *row)
{
	struct found *found = data;

	return buf_printf(&found->numbers, "%s%" PRId64, found->n++ ? "," : "[", db_number(row, 0));
}

/* Finds documents with a part of the name (PART_EVERY) that is from low[i] up to and without
 * high[i], for any i; at most FOUND_MAX + 1 of them. Appends their numbers to found, as a JSON
 * array. Returns 0 or -errno. */
static int search_parts(struct store *store, struct buf low[PART_EVERY],
			struct buf high[PART_EVERY], struct found *found, struct err *err)
{
	struct db_value values[2 * PART_EVERY + 1];
	int r;

	for (int i = 0; i < PART_EVERY; i++) {
		values[2 * i] = db_of_text(low[i].data);
		values[2 * i + 1] = db_of_text(high[i].data);
	}
	values[2 * PART_EVERY] = db_of_number(FOUND_MAX + 1);
	r = db_query(store->db, ST_FIND_PARTS, values, DB_COUNT(values), keep_found, found, err);
	return r < 0 ? r : buf_append(&found->numbers, found->n ? "]" : "[]", found->n ? 1 : 2);
}

/*
 * Finds the documents whose names may have a text in them. Returns 1 and the documents' numbers in
 * found; 0: all documents have to be read, because the text is short or stands in too many names;
 * or -errno.
 */
static int find_names(struct store *store, const char *text, struct found *found, struct err *err)
{
	uint32_t characters[COC_NAME_MAX_CHARS];
	struct buf low[PART_EVERY] = {0}, high[PART_EVERY] = {0};
	size_t n = read_characters(text, characters);
	size_t begin = n > PART_CHARS + PART_EVERY - 1 ? n - (PART_CHARS + PART_EVERY - 1) : 0;
	int r = n < PART_EVERY ? -ERANGE : 0;

	for (size_t i = 0; r == 0 && i < PART_EVERY; i++) {
		const uint32_t *part = characters + begin + i;
		size_t length = n - begin - i < PART_CHARS ? n - begin - i : PART_CHARS;

		r = append_characters(&low[i], part, length);
		if (r == 0)
			r = append_next(&high[i], part, length);
	}
	if (r == 0)
		r = search_parts(store, low, high, found, err);
	else if (r == -ENOMEM)
		err_set(err, ENOMEM, "out of memory");
	for (size_t i = 0; i < PART_EVERY; i++) {
		buf_finish(&low[i]);
		buf_finish(&high[i]);
	}
	if (r == -ERANGE)
		return 0;
	return r < 0 ? r : found->n <= FOUND_MAX;
}

/* Lists the documents that match the filter, among those whose numbers are in the JSON array
 * numbers. Returns a negative number if it fails, else 0 or more. */
static int list_found(struct store *store, const struct store_filter *filter, const char *pattern,
		      const char *numbers, struct list_reader *reader, int64_t *ret_total,
		      struct err *err)
{
	const struct db_value values[] = {
		db_of_text(pattern),
		db_of_text(filter->creator),
		db_of_text(filter->enterprise_project_id),
		db_of_text(numbers),
		db_of_number(filter->limit),
		db_of_number(filter->offset),
	};
	int r = db_query(store->db, ST_LIST_FOUND, values, DB_COUNT(values), see_listed_document,
			 reader, err);

	return r < 0 ? r
		     : db_query(store->db, ST_COUNT_FOUND, values, 4, keep_document_number,
				ret_total, err);
}

/* Lists a page of all documents, without a filter. A statement without a filter counts all rows
 * faster. Returns a negative number if it fails, else 0 or more. */
static int list_every(struct store *store, const struct store_filter *filter,
		      struct list_reader *reader, int64_t *ret_total, struct err *err)
{
	const struct db_value values[] = {db_of_number(filter->limit),
					  db_of_number(filter->offset)};
	int r = db_query(store->db, ST_LIST_EVERY, values, DB_COUNT(values), see_listed_document,
			 reader, err);

	return r < 0 ? r
		     : db_query(store->db, ST_COUNT_EVERY, NULL, 0, keep_document_number, ret_total,
				err);
}

/* Lists the documents that follow the page before. That page ended at place. Returns a negative
 * number if it fails, else 0 or more. */
static int list_after(struct store *store, const struct store_filter *filter,
		      const struct list_place *place, struct list_reader *reader,
		      int64_t *ret_total, struct err *err)
{
	const struct db_value values[] = {
		db_of_text(NULL),
		db_of_text(filter->creator),
		db_of_text(filter->enterprise_project_id),
		db_of_number(filter->limit),
		db_of_number(place->number),
	};

	*ret_total = place->total;
	return db_query(store->db, ST_LIST_AFTER, values, DB_COUNT(values), see_listed_document,
			reader, err);
}

/* Lists the documents that match the filter, among all documents. Returns a negative number if it
 * fails, else 0 or more. */
static int list_all(struct store *store, const struct store_filter *filter, const char *pattern,
		    struct list_reader *reader, int64_t *ret_total, struct err *err)
{
	const struct db_value values[] = {
		db_of_text(pattern),
		db_of_text(filter->creator),
		db_of_text(filter->enterprise_project_id),
		db_of_number(filter->limit),
		db_of_number(filter->offset),
	};
	int r = db_query(store->db, ST_LIST, values, DB_COUNT(values), see_listed_document, reader,
			 err);

	return r < 0 ? r
		     : db_query(store->db, ST_COUNT, values, 3, keep_document_number, ret_total,
				err);
}

/* Lists a page of all documents, or of the documents of a creator or a project. Returns a negative
 * number if it fails, else 0 or more. */
static int list_page(struct store *store, const struct store_filter *filter,
		     struct list_reader *reader, int64_t *ret_total, struct err *err)
{
	_cleanup_free_ char *state = list_places_state(store);
	const struct list_place *place = list_places_find(store, filter, state);
	int r;

	reader->number = place ? place->number : 0;
	if (place)
		r = list_after(store, filter, place, reader, ret_total, err);
	else if (filter->creator || filter->enterprise_project_id)
		r = list_all(store, filter, NULL, reader, ret_total, err);
	else
		r = list_every(store, filter, reader, ret_total, err);
	if (r >= 0 && reader->number)
		list_places_keep(store, filter, state,
				 &(struct list_place){.offset = filter->offset + reader->n,
						      .number = reader->number,
						      .total = *ret_total});
	return r;
}

int store_list(struct store *store, const struct store_filter *filter,
	       int (*each)(void *data, const struct store_document *document), void *data,
	       int64_t *ret_total, struct err *err)
{
	struct list_reader reader = {.each = each, .data = data};
	_cleanup_buf_ struct buf pattern = {0};
	struct found found = {0};
	int64_t total = 0;
	int r = 0;

	if (filter->name_like && store_make_pattern(filter->name_like, &pattern) < 0)
		return err_set(err, ENOMEM, "out of memory");
	if (filter->name_like)
		r = find_names(store, filter->name_like, &found, err);
	if (r > 0)
		r = list_found(store, filter, pattern.data, found.numbers.data, &reader, &total,
			       err);
	else if (r == 0 && filter->name_like)
		r = list_all(store, filter, pattern.data, &reader, &total, err);
	else if (r == 0)
		r = list_page(store, filter, &reader, &total, err);
	buf_finish(&found.numbers);
	if (r < 0)
		return r;
	*ret_total = total;
	return 0;
}
