/* SPDX-License-Identifier: MIT */
/*
 * Notes which paths a transaction has changed, as far as their siblings show the change.
 *
 * The kernel remembers the attributes of siblings (space/sibling_cache.c). So each change of what a
 * sibling shows must be reported, and some forty statements make such changes. None of these
 * statements has to do anything for the report: SQLite itself reports the ID of each row of a job
 * that is made or changed. That costs next to nothing, and the path is looked up only if the kernel
 * has any sibling. But the path of a row that moves or is deleted cannot be looked up later, and
 * imports have no row ID. For these, temporary triggers report the path before and the path after.
 * The triggers belong to this connection; the file of the ledger does not have them.
 * SHOWN_BY_IMPORT must name each column of an import that a sibling shows: the unit test
 * ledger_changes checks this.
 *
 * The changes are reported right after the commit, before any answer. Some requests are answered
 * before the commit: for these the changes are reported before the answer (ledger_tell_changes()).
 * Otherwise the report would come after the answer. Until the report the kernel might decide by old
 * attributes who may open a sibling. And the report might drop newer attributes that the kernel has
 * read since the answer. The changes of a transaction that is undone are reported as well, because
 * somebody may have seen them.
 */
#define _GNU_SOURCE
#include "ledger/changes.h"

#include <string.h>

#include "ledger/db.h"

/* Bytes of rows and paths that are noted for one transaction. An iteration of the loop changes some
 * hundred rows. Beyond this size nothing more is noted, and ledger_on_change() reports that any
 * path may have changed. */
#define CHANGES_NOTED_MAX (1u << 20)

#define SHOWN_BY_IMPORT "job_id, name, state, error, changed_ms"

#define NOTE(values) "BEGIN SELECT sibling_changed(" values "); END;"
#define TRIGGER(name, when, values) "CREATE TEMP TRIGGER " name " AFTER " when " " NOTE(values)

static const char *const triggers[] = {
	"PRAGMA temp_store = MEMORY",
	TRIGGER("job_gone", "DELETE ON main.job", "OLD.dir, OLD.name"),
	TRIGGER("job_moved", "UPDATE OF dir, name ON main.job",
		"OLD.dir, OLD.name, NEW.dir, NEW.name"),
	TRIGGER("import_made", "INSERT ON main.import", "'', NEW.name"),
	TRIGGER("import_gone", "DELETE ON main.import", "'', OLD.name"),
	TRIGGER("import_changed", "UPDATE OF " SHOWN_BY_IMPORT " ON main.import",
		"'', OLD.name, '', NEW.name"),
};

static bool is_full(const struct ledger_changes *changes)
{
	return changes->rows.size + changes->paths.size > CHANGES_NOTED_MAX;
}

/* Notes a path from a directory and a name. A row that is set aside has a slash in its name
 * (statements.c); only the part before the slash is noted. Returns 0, or -ENOMEM with nothing
 * noted. */
static int note_path(struct ledger_changes *changes, const char *dir, const char *name)
{
	const size_t size = changes->paths.size;
	int r;

	if (dir[0])
		buf_printf(&changes->paths, "%s/", dir);
	buf_append(&changes->paths, name, strcspn(name, "/"));
	r = buf_append(&changes->paths, "", 1);
	if (r < 0)
		buf_cut(&changes->paths, size);
	return r;
}

/* The SQL function sibling_changed(), which triggers call. Its values are pairs of a directory and
 * a name: notes each pair as a path for ledger_on_change(). Without room or memory it notes that
 * any path may have changed. */
static void on_path_change(sqlite3_context *context, int n_values, sqlite3_value **values)
{
	struct ledger *ledger = sqlite3_user_data(context);
	struct ledger_changes *changes = &ledger->changes;

	if (changes->is_muted || !changes->fn)
		return;
	for (int i = 0; i + 1 < n_values; i += 2) {
		const char *dir = (const char *)sqlite3_value_text(values[i]);
		const char *name = (const char *)sqlite3_value_text(values[i + 1]);

		if (sqlite3_value_type(values[i + 1]) == SQLITE_NULL)
			continue; /* this import has no file: there is no path to note */
		if (!dir || !name || is_full(changes) || note_path(changes, dir, name) < 0)
			changes->any = true;
	}
}

/* SQLite calls this for each row that was made, changed or deleted. Notes the row for
 * ledger_on_change() if it is a row of job and was not deleted. Without room or memory it notes
 * that any path may have changed. */
static void on_row_change(void *data, int operation, const char *db, const char *table,
			  sqlite3_int64 row)
{
	struct ledger_changes *changes = data;
	const struct buf *rows = &changes->rows;
	sqlite3_int64 last = 0;

	(void)db;
	if (changes->is_muted || !changes->fn || operation == SQLITE_DELETE ||
	    strcmp(table, "job") != 0)
		return;
	/* The row that was noted last is not noted twice in succession. But if it was reported
	 * already, it is noted again: this change is newer. */
	if (rows->size > changes->rows_told)
		memcpy(&last, rows->data + rows->size - sizeof(last), sizeof(last));
	if (last != row && (is_full(changes) || buf_append(&changes->rows, &row, sizeof(row)) < 0))
		changes->any = true;
}

int ledger_changes_begin(struct ledger *ledger)
{
	int code = sqlite3_create_function_v2(ledger->db, "sibling_changed", -1,
					      SQLITE_UTF8 | SQLITE_INNOCUOUS, ledger,
					      on_path_change, NULL, NULL, NULL);

	for (size_t i = 0; code == SQLITE_OK && i < sizeof(triggers) / sizeof(triggers[0]); i++)
		code = sqlite3_exec(ledger->db, triggers[i], NULL, NULL, NULL);
	sqlite3_update_hook(ledger->db, on_row_change, &ledger->changes);
	return ledger_errno(code);
}

void ledger_changes_end(struct ledger *ledger)
{
	buf_finish(&ledger->changes.rows);
	buf_finish(&ledger->changes.paths);
}

void ledger_on_change(struct ledger *ledger, ledger_change_fn *fn, void *data)
{
	ledger->changes.fn = fn;
	ledger->changes.data = data;
}

void ledger_changes_mute(struct ledger *ledger, bool is_muted)
{
	ledger->changes.is_muted = is_muted;
}

/* Calls the function of ledger_on_change() for the rows and the paths that were not reported
 * yet. */
static void tell_rest(struct ledger_changes *changes)
{
	const struct buf *rows = &changes->rows, *paths = &changes->paths;
	int64_t row;

	for (; changes->rows_told < rows->size; changes->rows_told += sizeof(row)) {
		memcpy(&row, rows->data + changes->rows_told, sizeof(row));
		changes->fn(changes->data, row, NULL);
	}
	while (changes->paths_told < paths->size) {
		const char *path = paths->data + changes->paths_told;

		changes->paths_told += strlen(path) + 1;
		changes->fn(changes->data, 0, path);
	}
}

void ledger_tell_changes(struct ledger *ledger)
{
	struct ledger_changes *changes = &ledger->changes;

	if (changes->fn && changes->any)
		changes->fn(changes->data, 0, NULL);
	else if (changes->fn)
		tell_rest(changes);
}

void ledger_changes_committed(struct ledger *ledger)
{
	struct ledger_changes *changes = &ledger->changes;

	ledger_tell_changes(ledger);
	changes->any = false;
	buf_cut(&changes->rows, 0);
	buf_cut(&changes->paths, 0);
	changes->rows_told = changes->paths_told = 0;
}

void ledger_changes_undone(struct ledger *ledger)
{
	ledger->changes.rows_told = ledger->changes.paths_told = 0;
	ledger_changes_committed(ledger);
}
