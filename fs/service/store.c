/* SPDX-License-Identifier: MIT */
/*
 * All changes pass through store_begin() and store_finish(). The commit point of a change is
 * store_finish(): when it returns 0 the change is on the disk; before it, a crash leaves nothing.
 *
 * When changes are gathered, store_begin() opens one transaction for all of them and a savepoint
 * for each, so that one that fails is undone alone; the commit point of all is store_settle().
 * There are errors on which SQLite undoes the whole transaction by itself (a full disk, a failed
 * read). Then changes are gone that were reported as done, and settling fails, so that none of them
 * is answered as made; until then nothing new is begun.
 */
#define _GNU_SOURCE
#include "service/store.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/limits.h"
#include "service/store_private.h"

#define ID_ALPHABET "abcdefghijklmnopqrstuvwxyz0123456789"

/* Runs a statement that gives no row. Returns an SQLite code. */
static int step(struct store *store, enum statement which)
{
	_cleanup_reset_ sqlite3_stmt *statement = store->statements[which];

	return sqlite3_step(statement);
}

/* Gives up all that is gathered, for the database's last error. Returns it. */
static int lose(struct store *store, struct err *err)
{
	if (sqlite3_errcode(store->db) == SQLITE_OK)
		err_set(&store->lost, EIO, "the database has undone the changes");
	else
		store_error(store->db, &store->lost);
	if (!sqlite3_get_autocommit(store->db))
		step(store, ST_ROLLBACK);
	if (err)
		*err = store->lost;
	return -store->lost.errnum;
}

int store_begin(struct store *store, struct err *err)
{
	if (store->lost.errnum) {
		if (err)
			*err = store->lost;
		return -store->lost.errnum;
	}
	if (!store->has_changes && step(store, ST_BEGIN) != SQLITE_DONE)
		return store_error(store->db, err);
	if (!store->gathers)
		return 0;
	/* a savepoint outside of a transaction would begin one, and commit it */
	if (sqlite3_get_autocommit(store->db))
		return lose(store, err);
	store->has_changes = true;
	return step(store, ST_BEGIN_ONE) == SQLITE_DONE ? 0 : lose(store, err);
}

static int commit(struct store *store, struct err *err)
{
	int r;

	if (step(store, ST_COMMIT) == SQLITE_DONE)
		return 0;
	r = store_error(store->db, err);
	if (!sqlite3_get_autocommit(store->db))
		step(store, ST_ROLLBACK);
	return r;
}

/* Ends one of the changes that are gathered. */
static int finish_one(struct store *store, int r, struct err *err)
{
	/* SQLite may have undone everything */
	if (sqlite3_get_autocommit(store->db) ||
	    (r < 0 && step(store, ST_UNDO_ONE) != SQLITE_DONE) ||
	    step(store, ST_KEEP_ONE) != SQLITE_DONE)
		return lose(store, err);
	return r;
}

int store_finish(struct store *store, int r, struct err *err)
{
	if (store->gathers)
		return finish_one(store, r, err);
	if (r == 0)
		return commit(store, err);
	if (!sqlite3_get_autocommit(store->db))
		step(store, ST_ROLLBACK);
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
		r = commit(store, err);
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

/* Inserts the row of a document. Returns 0, -EEXIST when the ID is taken, or -errno. */
static int insert_document(struct store *store, const char *id, const struct store_new *new,
			   int64_t now_ms, struct err *err)
{
	_cleanup_reset_ sqlite3_stmt *insert = store->statements[ST_INSERT];
	const char *values[] = {id,
				new->name,
				new->description,
				new->risk_level,
				new->enterprise_project_id,
				new->tags,
				new->creator};
	int bad = 0;

	for (int i = 0; i < (int)(sizeof(values) / sizeof(values[0])); i++)
		bad |= store_bind_text(insert, i + 1, values[i]);
	bad |= sqlite3_bind_int64(insert, 8, now_ms);
	if (!bad && sqlite3_step(insert) == SQLITE_DONE)
		return 0;
	if (sqlite3_extended_errcode(store->db) == SQLITE_CONSTRAINT_UNIQUE)
		return err_set(err, EEXIST, "the ID %s is taken", id);
	return store_error(store->db, err);
}

static int insert_version(struct store *store, int64_t document, int64_t version,
			  const char *content, int64_t now_ms, struct err *err)
{
	_cleanup_reset_ sqlite3_stmt *insert = store->statements[ST_INSERT_VERSION];
	char uuid[UUID_SIZE];
	int bad;

	if (random_uuid(uuid) < 0)
		return err_set(err, EIO, "the kernel gives no random numbers");
	bad = sqlite3_bind_int64(insert, 1, document);
	bad |= sqlite3_bind_int64(insert, 2, version);
	bad |= store_bind_text(insert, 3, uuid);
	bad |= sqlite3_bind_int64(insert, 4, now_ms);
	bad |= store_bind_text(insert, 5, content);
	return !bad && sqlite3_step(insert) == SQLITE_DONE ? 0 : store_error(store->db, err);
}

int store_create(struct store *store, const struct store_new *new, int64_t now_ms,
		 char ret_id[STORE_ID_SIZE], struct err *err)
{
	char id[STORE_ID_SIZE];
	int r;

	r = store_begin(store, err);
	if (r < 0)
		return r;
	for (int attempt = 0; attempt < STORE_ID_ATTEMPTS; attempt++) {
		r = store_make_id("DM", now_ms, 14, id);
		if (r < 0)
			err_set(err, -r, "cannot make an ID");
		else
			r = insert_document(store, id, new, now_ms, err);
		if (r != -EEXIST)
			break;
	}
	if (r == 0)
		r = insert_version(store, sqlite3_last_insert_rowid(store->db), 1, new->content,
				   now_ms, err);
	r = store_finish(store, r, err);
	if (r == 0)
		memcpy(ret_id, id, sizeof(id));
	return r;
}

/* Finds a document's row and latest version. Returns 0 or -ENOENT. */
static int find(struct store *store, const char *id, int64_t *ret_number, int64_t *ret_version,
		struct err *err)
{
	_cleanup_reset_ sqlite3_stmt *select = store->statements[ST_FIND];
	int code = store_bind_text(select, 1, id);

	if (code == SQLITE_OK)
		code = sqlite3_step(select);
	if (code == SQLITE_DONE)
		return err_set(err, ENOENT, "the document does not exist");
	if (code != SQLITE_ROW)
		return store_error(store->db, err);
	*ret_number = sqlite3_column_int64(select, 0);
	*ret_version = sqlite3_column_int64(select, 1);
	return 0;
}

static int update_document(struct store *store, int64_t number, int64_t version,
			   const struct store_edit *edit, int64_t now_ms, struct err *err)
{
	_cleanup_reset_ sqlite3_stmt *update = store->statements[ST_UPDATE];
	int bad;

	bad = sqlite3_bind_int64(update, 1, number);
	bad |= store_bind_text(update, 2, edit->name);
	bad |= store_bind_text(update, 3, edit->description);
	bad |= store_bind_text(update, 4, edit->risk_level);
	bad |= store_bind_text(update, 5, edit->modifier);
	bad |= sqlite3_bind_int64(update, 6, now_ms);
	bad |= sqlite3_bind_int64(update, 7, version);
	return !bad && sqlite3_step(update) == SQLITE_DONE ? 0 : store_error(store->db, err);
}

int store_update(struct store *store, const char *id, const struct store_edit *edit, int64_t now_ms,
		 struct err *err)
{
	int64_t number = 0, version = 0;
	int r;

	r = store_begin(store, err);
	if (r < 0)
		return r;
	r = find(store, id, &number, &version, err);
	if (r == 0 && version >= SERVICE_VERSIONS_MAX)
		r = err_set(err, EDQUOT, "a document has at most %d versions",
			    SERVICE_VERSIONS_MAX);
	if (r == 0)
		r = insert_version(store, number, version + 1, edit->content, now_ms, err);
	if (r == 0)
		r = update_document(store, number, version + 1, edit, now_ms, err);
	return store_finish(store, r, err);
}

static int delete_row(struct store *store, const char *id, struct err *err)
{
	_cleanup_reset_ sqlite3_stmt *delete = store->statements[ST_DELETE];

	if (store_bind_text(delete, 1, id) != SQLITE_OK || sqlite3_step(delete) != SQLITE_DONE)
		return store_error(store->db, err);
	if (!sqlite3_changes(store->db))
		return err_set(err, ENOENT, "the document does not exist");
	return 0;
}

int store_delete(struct store *store, const char *id, struct err *err)
{
	int r = store_begin(store, err);

	if (r < 0)
		return r;
	return store_finish(store, delete_row(store, id, err), err);
}

/* The columns that ST_LIST and ST_SHOW begin with. */
static struct store_document read_row(sqlite3_stmt *row)
{
	return (struct store_document){
		.number = sqlite3_column_int64(row, 0),
		.document_id = store_text(row, 1),
		.name = store_text(row, 2),
		.enterprise_project_id = store_text(row, 3),
		.creator = store_text(row, 4),
		.modifier = store_text(row, 5),
		.create_time_ms = sqlite3_column_int64(row, 6),
		.update_time_ms = sqlite3_column_int64(row, 7),
		.version = sqlite3_column_int64(row, 8),
	};
}

static int show_document(struct store *store, int64_t number, int64_t version,
			 int (*document)(void *data, const struct store_document *document),
			 void *data, struct err *err)
{
	_cleanup_reset_ sqlite3_stmt *select = store->statements[ST_SHOW];
	struct store_document row;
	int code;

	code = sqlite3_bind_int64(select, 1, number) | sqlite3_bind_int64(select, 2, version);
	if (code == SQLITE_OK)
		code = sqlite3_step(select);
	if (code == SQLITE_DONE)
		return err_set(err, ENODATA, "the document has no such version");
	if (code != SQLITE_ROW)
		return store_error(store->db, err);
	row = read_row(select);
	row.risk_level = store_text(select, 9);
	row.description = store_text(select, 10);
	row.content = store_text(select, 11);
	if (!row.content)
		return err_set(err, ENOMEM, "out of memory");
	return document(data, &row);
}

static int show_versions(struct store *store, int64_t number,
			 int (*each)(void *data, const struct store_version *version), void *data,
			 struct err *err)
{
	_cleanup_reset_ sqlite3_stmt *select = store->statements[ST_VERSIONS];
	int code, r = 0;

	if (sqlite3_bind_int64(select, 1, number) != SQLITE_OK)
		return store_error(store->db, err);
	while (r == 0 && (code = sqlite3_step(select)) == SQLITE_ROW) {
		struct store_version version = {
			.number = sqlite3_column_int64(select, 0),
			.uuid = store_text(select, 1),
			.create_time_ms = sqlite3_column_int64(select, 2),
		};

		r = each(data, &version);
	}
	return r < 0 || code == SQLITE_DONE ? r : store_error(store->db, err);
}

int store_show(struct store *store, const char *id, int64_t version,
	       int (*document)(void *data, const struct store_document *document),
	       int (*each)(void *data, const struct store_version *version), void *data,
	       struct err *err)
{
	int64_t number = 0, latest = 0;
	int r;

	r = find(store, id, &number, &latest, err);
	if (r == 0)
		r = show_document(store, number, version ? version : latest, document, data, err);
	if (r == 0)
		r = show_versions(store, number, each, data, err);
	return r;
}

int store_make_pattern(const char *text, struct buf *out)
{
	int r = buf_append(out, "%", 1);

	for (; r == 0 && *text; text++) {
		if (strchr("%_\\", *text))
			r = buf_append(out, "\\", 1);
		if (r == 0)
			r = buf_append(out, text, 1);
	}
	return r < 0 ? r : buf_append(out, "%", 1);
}

static int bind_filter(sqlite3_stmt *statement, const char *pattern,
		       const struct store_filter *filter)
{
	return store_bind_text(statement, 1, pattern) |
	       store_bind_text(statement, 2, filter->creator) |
	       store_bind_text(statement, 3, filter->enterprise_project_id);
}

static int count(struct store *store, const char *pattern, const struct store_filter *filter,
		 int64_t *ret_total, struct err *err)
{
	_cleanup_reset_ sqlite3_stmt *select = store->statements[ST_COUNT];

	if (bind_filter(select, pattern, filter) || sqlite3_step(select) != SQLITE_ROW)
		return store_error(store->db, err);
	*ret_total = sqlite3_column_int64(select, 0);
	return 0;
}

int store_list(struct store *store, const struct store_filter *filter,
	       int (*each)(void *data, const struct store_document *document), void *data,
	       int64_t *ret_total, struct err *err)
{
	_cleanup_buf_ struct buf pattern = {0};
	_cleanup_reset_ sqlite3_stmt *select = store->statements[ST_LIST];
	int64_t total = 0;
	int code, r = 0;

	if (filter->name_like && store_make_pattern(filter->name_like, &pattern) < 0)
		return err_set(err, ENOMEM, "out of memory");
	if (bind_filter(select, pattern.data, filter) ||
	    sqlite3_bind_int64(select, 4, filter->limit) ||
	    sqlite3_bind_int64(select, 5, filter->offset))
		return store_error(store->db, err);
	while (r == 0 && (code = sqlite3_step(select)) == SQLITE_ROW) {
		struct store_document row = read_row(select);

		r = each(data, &row);
	}
	if (r == 0 && code != SQLITE_DONE)
		r = store_error(store->db, err);
	if (r == 0)
		r = count(store, pattern.data, filter, &total, err);
	if (r == 0)
		*ret_total = total;
	return r;
}
