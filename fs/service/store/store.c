/* SPDX-License-Identifier: MIT */
/*
 * All changes pass through store_begin() and store_finish(). The commit point of a change is
 * store_finish(): when it returns 0, the change is on the disk. After a crash before that, nothing
 * of the change is left.
 *
 * When changes are gathered, store_begin() opens one transaction for them all, and a savepoint for
 * each. So a change that fails is undone alone. The commit point of all is store_settle().
 *
 * On some errors SQLite undoes the whole transaction by itself (a full disk, a failed read).
 * PostgreSQL does so when the connection breaks. Then changes are gone for which store_finish()
 * returned 0. So store_settle() fails, and no answer says that they were made. Until store_settle()
 * is called, store_begin() fails.
 */
#define _GNU_SOURCE
#include "service/store/store.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "bounds/api.h"
#include "service/store/sqlite.h"
#include "service/store/store_private.h"

#define ID_ALPHABET "abcdefghijklmnopqrstuvwxyz0123456789"

int store_make(struct db *db, struct store **ret_store, struct err *err)
{
	struct store *store = calloc(1, sizeof(*store));

	if (!store) {
		db_close(db);
		return err_set(err, ENOMEM, "out of memory");
	}
	store->db = db;
	*ret_store = store;
	return 0;
}

int store_open(const char *path, struct store **ret_store, struct err *err)
{
	struct db *db;
	int r = db_sqlite_open(path, &db, err);

	return r < 0 ? r : store_make(db, ret_store, err);
}

void store_close(struct store *store)
{
	if (!store)
		return;
	db_close(store->db);
	list_places_finish(store);
	free(store);
}

/* Runs a statement that takes no values and gives no rows. Returns 0, or -errno; store->db->last
 * has the error. */
static int run_store_statement(struct store *store, enum statement which)
{
	return db_run(store->db, which, NULL, 0, NULL, NULL);
}

/* Gives up all gathered changes, because of the database's last error. Returns the -errno of that
 * error, with err filled. */
static int lose(struct store *store, struct err *err)
{
	store->lost = store->db->last;
	if (!store->lost.errnum)
		err_set(&store->lost, EIO, "the database has undone the changes");
	db_undo(store->db);
	if (err)
		*err = store->lost;
	return -store->lost.errnum;
}

int store_begin(struct store *store, struct err *err)
{
	int r = 0;

	if (store->lost.errnum) {
		if (err)
			*err = store->lost;
		return -store->lost.errnum;
	}
	if (!store->has_changes)
		r = db_begin(store->db, err);
	if (r < 0 || !store->gathers)
		return r;
	/* check first: without a transaction, SAVEPOINT would begin one, and RELEASE would commit
	 * it */
	if (!db_in_transaction(store->db))
		return lose(store, err);
	store->has_changes = true;
	return run_store_statement(store, ST_BEGIN_ONE) == 0 ? 0 : lose(store, err);
}

/* Ends the change that store_begin() began last: keeps it if r is 0, undoes it alone if r is
 * negative. Returns r; or -errno if the database has lost all gathered changes. */
static int finish_one(struct store *store, int r, struct err *err)
{
	/* the database may have undone the whole transaction */
	if (!db_in_transaction(store->db) ||
	    (r < 0 && run_store_statement(store, ST_UNDO_ONE) < 0) ||
	    run_store_statement(store, ST_KEEP_ONE) < 0)
		return lose(store, err);
	return r;
}

int store_finish(struct store *store, int r, struct err *err)
{
	if (store->gathers)
		return finish_one(store, r, err);
	if (r == 0)
		return db_commit(store->db, err);
	db_undo(store->db);
	return r;
}

void store_gather(struct store *store)
{
	store->gathers = true;
}

bool store_has_changes(const struct store *store)
{
	return store->has_changes;
}

int store_settle(struct store *store, struct err *err)
{
	int r = 0;

	if (store->lost.errnum) {
		r = -store->lost.errnum;
		if (err)
			*err = store->lost;
	} else if (store->has_changes) {
		r = db_in_transaction(store->db) ? db_commit(store->db, err) : lose(store, err);
	}
	store->lost = (struct err){0};
	store->has_changes = false;
	return r;
}

int store_make_id(const char *prefix, int64_t now_ms, int digits, char *ret_id)
{
	time_t now = (time_t)(now_ms / 1000);
	char stamp[32];
	struct tm tm;
	int size;

	if (!gmtime_r(&now, &tm) || strftime(stamp, sizeof(stamp), "%Y%m%d%H%M%S", &tm) != 14)
		return -EIO;
	snprintf(stamp + 14, sizeof(stamp) - 14, "%03d", (int)(now_ms % 1000));
	size = sprintf(ret_id, "%s%.*s", prefix, digits, stamp);
	return random_text(ID_ALPHABET, STORE_ID_RANDOM_CHARS, ret_id + size);
}

static int keep_stored_number(void *data, const struct db_row *row)
{
	*(int64_t *)data = db_number(row, 0);
	return 0;
}

/* Inserts the row of a document. Returns 0 and its number; -EEXIST: the ID is taken; or -errno. */
static int insert_document(struct store *store, const char *id, const struct store_new *new,
			   int64_t now_ms, int64_t *ret_number, struct err *err)
{
	const struct db_value values[] = {
		db_of_text(id),
		db_of_text(new->name),
		db_of_text(new->description),
		db_of_text(new->risk_level),
		db_of_text(new->enterprise_project_id),
		db_of_text(new->tags),
		db_of_text(new->creator),
		db_of_number(now_ms),
	};
	int r = db_query(store->db, ST_INSERT, values, DB_COUNT(values), keep_stored_number,
			 ret_number, err);

	if (r == 0)
		return err_set(err, EEXIST, "the ID %s is taken", id);
	return r < 0 ? r : 0;
}

static int insert_version(struct store *store, int64_t document, int64_t version,
			  const char *content, int64_t now_ms, struct err *err)
{
	char uuid[UUID_SIZE];

	if (random_uuid(uuid) < 0)
		return err_set(err, EIO, "the kernel gives no random numbers");

	const struct db_value values[] = {
		db_of_number(document), db_of_number(version), db_of_text(uuid),
		db_of_number(now_ms),	db_of_text(content),
	};

	return db_run(store->db, ST_INSERT_VERSION, values, DB_COUNT(values), NULL, err);
}

int store_create(struct store *store, const struct store_new *new, int64_t now_ms,
		 char ret_id[STORE_ID_SIZE], struct err *err)
{
	char id[STORE_ID_SIZE];
	int64_t number = 0;
	int r;

	r = store_begin(store, err);
	if (r < 0)
		return r;
	for (int attempt = 0; attempt < STORE_ID_ATTEMPTS; attempt++) {
		r = store_make_id("DM", now_ms, 14, id);
		if (r < 0)
			err_set(err, -r, "cannot make an ID");
		else
			r = insert_document(store, id, new, now_ms, &number, err);
		if (r != -EEXIST)
			break;
	}
	if (r == 0)
		r = insert_version(store, number, 1, new->content, now_ms, err);
	r = store_finish(store, r, err);
	if (r == 0)
		memcpy(ret_id, id, sizeof(id));
	return r;
}

static int keep_two(void *data, const struct db_row *row)
{
	int64_t *numbers = data;

	numbers[0] = db_number(row, 0);
	numbers[1] = db_number(row, 1);
	return 0;
}

int store_find(struct store *store, const char *id, bool to_change, int64_t *ret_number,
	       int64_t *ret_version, struct err *err)
{
	const struct db_value value = db_of_text(id);
	int64_t found[2];
	int r = db_query(store->db, to_change ? ST_FIND_TO_CHANGE : ST_FIND, &value, 1, keep_two,
			 found, err);

	if (r == 0)
		return err_set(err, ENOENT, "the document does not exist");
	if (r < 0)
		return r;
	*ret_number = found[0];
	*ret_version = found[1];
	return 0;
}

static int update_document(struct store *store, int64_t number, int64_t version,
			   const struct store_edit *edit, int64_t now_ms, struct err *err)
{
	const struct db_value values[] = {
		db_of_number(number),	       db_of_text(edit->name),
		db_of_text(edit->description), db_of_text(edit->risk_level),
		db_of_text(edit->modifier),    db_of_number(now_ms),
		db_of_number(version),
	};

	return db_run(store->db, ST_UPDATE, values, DB_COUNT(values), NULL, err);
}

int store_update(struct store *store, const char *id, const struct store_edit *edit, int64_t now_ms,
		 struct err *err)
{
	int64_t number = 0, version = 0;
	int r;

	r = store_begin(store, err);
	if (r < 0)
		return r;
	r = store_find(store, id, true, &number, &version, err);
	if (r == 0 && version >= COC_VERSIONS_MAX)
		r = err_set(err, EDQUOT, "a document has at most %d versions", COC_VERSIONS_MAX);
	if (r == 0)
		r = insert_version(store, number, version + 1, edit->content, now_ms, err);
	if (r == 0)
		r = update_document(store, number, version + 1, edit, now_ms, err);
	return store_finish(store, r, err);
}

int store_delete(struct store *store, const char *id, struct err *err)
{
	const struct db_value value = db_of_text(id);
	int64_t deleted = 0;
	int r = store_begin(store, err);

	if (r < 0)
		return r;
	r = db_run(store->db, ST_DELETE, &value, 1, &deleted, err);
	if (r == 0 && !deleted)
		r = err_set(err, ENOENT, "the document does not exist");
	return store_finish(store, r, err);
}

/* The callbacks for a document and its versions, and the state of reading. */
struct document_reader {
	int (*document)(void *data, const struct store_document *document);
	int (*version)(void *data, const struct store_version *version);
	void *data;
	int64_t number, latest; /* the document's row number, and its latest version */
	struct err *err;
};

struct store_document store_read_row(const struct db_row *row)
{
	return (struct store_document){
		.number = db_number(row, 0),
		.document_id = db_text(row, 1),
		.name = db_text(row, 2),
		.enterprise_project_id = db_text(row, 3),
		.creator = db_text(row, 4),
		.modifier = db_text(row, 5),
		.create_time_ms = db_number(row, 6),
		.update_time_ms = db_number(row, 7),
		.version = db_number(row, 8),
	};
}

static int see_document(void *data, const struct db_row *row)
{
	struct document_reader *reader = data;
	struct store_document document = store_read_row(row);

	if (!document.version)
		return err_set(reader->err, ENODATA, "the document has no such version");
	document.risk_level = db_text(row, 9);
	document.description = db_text(row, 10);
	document.content = db_text(row, 11);
	if (!document.content)
		return err_set(reader->err, ENOMEM, "out of memory");
	reader->number = document.number;
	reader->latest = db_number(row, 12);
	return reader->document(reader->data, &document);
}

static int see_version(void *data, const struct db_row *row)
{
	const struct document_reader *reader = data;
	const struct store_version version = {
		.number = db_number(row, 0),
		.uuid = db_text(row, 1),
		.create_time_ms = db_number(row, 2),
	};

	return reader->version(reader->data, &version);
}

/*
 * Others may change the document between the two queries. The second query leaves out versions that
 * the first has not seen. If the second query finds no versions, the document has been deleted.
 */
int store_show(struct store *store, const char *id, int64_t version,
	       int (*document)(void *data, const struct store_document *document),
	       int (*each)(void *data, const struct store_version *version), void *data,
	       struct err *err)
{
	struct document_reader reader = {
		.document = document, .version = each, .data = data, .err = err};
	const struct db_value which[] = {db_of_text(id), db_of_number(version)};
	int r;

	r = db_query(store->db, ST_SHOW, which, DB_COUNT(which), see_document, &reader, err);
	if (r > 0) {
		const struct db_value until[] = {db_of_number(reader.number),
						 db_of_number(reader.latest)};

		r = db_query(store->db, ST_VERSIONS, until, DB_COUNT(until), see_version, &reader,
			     err);
	}
	if (r == 0)
		return err_set(err, ENOENT, "the document does not exist");
	return r < 0 ? r : 0;
}
