/* SPDX-License-Identifier: MIT */
#include "ledger/texts.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "ledger/db.h"
#include "ledger/owners.h"

/* Fills *text from the row of job that a query has found. */
static void read_text(sqlite3_stmt *stmt, struct ledger_text *text)
{
	*text = (struct ledger_text){
		.row = sqlite3_column_int64(stmt, 0),
		.version = sqlite3_column_int64(stmt, 2),
		.base = sqlite3_column_int64(stmt, 3),
		.unread = sqlite3_column_int64(stmt, 4),
		.has_digest = sqlite3_column_bytes(stmt, 5) == CONTENT_DIGEST_SIZE,
		.is_settled = sqlite3_column_int(stmt, 6),
		.listed = sqlite3_column_int64(stmt, 7),
		.is_refused = sqlite3_column_int(stmt, 8),
		.hidden = sqlite3_column_int64(stmt, 9),
		.has_hidden_uid = sqlite3_column_type(stmt, 10) != SQLITE_NULL,
		.hidden_uid = (uid_t)sqlite3_column_int64(stmt, 10),
		.holding = ledger_column_holding(stmt, 11),
	};
	snprintf(text->job_id, sizeof(text->job_id), "%s",
		 (const char *)sqlite3_column_text(stmt, 1));
	if (text->has_digest)
		memcpy(text->digest, sqlite3_column_blob(stmt, 5), CONTENT_DIGEST_SIZE);
}

/* Steps a statement, and reads the row that it finds. Returns 0, -ENOENT or another -errno. */
static int find_text(sqlite3_stmt *stmt, struct ledger_text *ret_text)
{
	int code = sqlite3_step(stmt);

	if (code == SQLITE_ROW)
		read_text(stmt, ret_text);
	sqlite3_reset(stmt);
	return code == SQLITE_DONE ? -ENOENT : ledger_errno(code);
}

int ledger_find_text(struct ledger *ledger, const char *path, struct ledger_text *ret_text)
{
	int r = 0;
	sqlite3_stmt *stmt = ledger_read(ledger, STMT_TEXT, &r);

	if (!stmt)
		return r;
	ledger_bind_path(stmt, 1, path);
	return find_text(stmt, ret_text);
}

int ledger_find_text_of(struct ledger *ledger, int64_t row, struct ledger_text *ret_text)
{
	int r = 0;
	sqlite3_stmt *stmt = ledger_read(ledger, STMT_TEXT_OF, &r);

	if (!stmt)
		return r;
	sqlite3_bind_int64(stmt, 1, row);
	return find_text(stmt, ret_text);
}

int ledger_put_text(struct ledger *ledger, const struct ledger_text *text)
{
	int r = 0;
	sqlite3_stmt *stmt = ledger_write(ledger, STMT_PUT_TEXT, &r);

	if (!stmt)
		return r;
	sqlite3_bind_int64(stmt, 1, text->row);
	sqlite3_bind_int64(stmt, 2, text->version);
	sqlite3_bind_int64(stmt, 3, text->base);
	sqlite3_bind_int64(stmt, 4, text->unread);
	if (text->has_digest)
		sqlite3_bind_blob(stmt, 5, text->digest, CONTENT_DIGEST_SIZE, SQLITE_STATIC);
	return ledger_run(stmt);
}

/* ---- listings of bound names ---- */

/* Runs a statement with two texts that finds one text. Returns 0, -ENOENT if it finds none, or
 * another -errno. */
static int find_name(struct ledger *ledger, enum ledger_statement which, const char *first,
		     const char *second, char *ret_text, size_t room)
{
	int r = 0, code;
	sqlite3_stmt *stmt = ledger_read(ledger, which, &r);

	if (!stmt)
		return r;
	ledger_bind_text(stmt, 1, first);
	ledger_bind_text(stmt, 2, second);
	code = sqlite3_step(stmt);
	if (code == SQLITE_ROW)
		snprintf(ret_text, room, "%s", (const char *)sqlite3_column_text(stmt, 0));
	sqlite3_reset(stmt);
	return code == SQLITE_DONE ? -ENOENT : ledger_errno(code);
}

int ledger_next_bound_name(struct ledger *ledger, const char *dir, const char *after,
			   char ret_name[NAME_MAX + 1])
{
	return find_name(ledger, STMT_NEXT_BOUND_NAME, dir, after, ret_name, NAME_MAX + 1);
}

/* Is a name directly in this directory bound to a job? Returns 1, 0 or -errno. */
static int has_bound_in(struct ledger *ledger, const char *dir)
{
	int r = 0, code;
	sqlite3_stmt *stmt = ledger_read(ledger, STMT_HAS_BOUND_IN, &r);

	if (!stmt)
		return r;
	ledger_bind_text(stmt, 1, dir);
	code = sqlite3_step(stmt);
	r = code == SQLITE_ROW ? sqlite3_column_int(stmt, 0) : ledger_errno(code);
	sqlite3_reset(stmt);
	return r;
}

/*
 * SQLite orders directories by their bytes, where "/" comes after "-" and ".". So "a", "a-b", "a/c"
 * come in this order, and the part "a" appears twice. It is returned only where it appears first. A
 * part that is itself in the column dir appears first as "a": the search for the next part goes on
 * right behind "a". Any other part appears first as "a/c": the search goes on at "a0", behind all
 * directories below "a" ("0" comes after "/").
 */
int ledger_next_bound_dir(struct ledger *ledger, const char *dir, const char *after,
			  char ret_name[NAME_MAX + 1])
{
	char from[PATH_MAX + NAME_MAX + 8], until[PATH_MAX + 2], found[PATH_MAX + 1];
	char part[PATH_MAX + NAME_MAX + 4];
	size_t length = strlen(dir) + (*dir != '\0');
	int r;

	snprintf(until, sizeof(until), "%s%s", dir, *dir ? "0" : "\xff");
	snprintf(part, sizeof(part), "%s%s%s", dir, *dir ? "/" : "", after);
	r = *after ? has_bound_in(ledger, part) : 1;
	if (r < 0)
		return r;
	snprintf(from, sizeof(from), "%s%s", part, r ? "" : "0");
	for (;;) {
		size_t size;

		r = find_name(ledger, STMT_NEXT_BOUND_DIR, from, until, found, sizeof(found));
		if (r < 0)
			return r;
		size = strcspn(found + length, "/");
		snprintf(part, sizeof(part), "%.*s", (int)(length + size), found);
		r = found[length + size] ? has_bound_in(ledger, part) : 0;
		if (r < 0)
			return r;
		if (size <= NAME_MAX && !r)
			break;
		/* skip a part that is too long for a name, or that was returned before, when it
		 * appeared without a "/" behind it */
		snprintf(from, sizeof(from), "%s0", part);
	}
	snprintf(ret_name, NAME_MAX + 1, "%s", part + length);
	return 0;
}
