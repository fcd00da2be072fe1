/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "service/store/db.h"

#include <stddef.h>

#define LIKE(column, place) column " LIKE " place " ESCAPE '\\'"

#define HAS_TAGS                                                                                   \
	"NOT EXISTS (SELECT 1 FROM json_each(?4) AS wanted WHERE NOT EXISTS"                       \
	" (SELECT 1 FROM json_each(executions.tags) AS tag WHERE tag.value = wanted.value))"

#define NUMBERS "SELECT value FROM json_each(?4)"

#include "service/store/statements.h"

const char *const db_statements[STATEMENTS] = {
	[ST_BEGIN_ONE] = "SAVEPOINT one",
	[ST_KEEP_ONE] = "RELEASE one",
	[ST_UNDO_ONE] = "ROLLBACK TO one",
	[ST_INSERT] = "INSERT INTO documents (document_id, name, description, risk_level,"
		      " enterprise_project_id, tags, creator, create_time_ms, update_time_ms,"
		      " version) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8, 1)"
		      " ON CONFLICT (document_id) DO NOTHING RETURNING number",
	[ST_INSERT_VERSION] = "INSERT INTO versions (document, version, version_uuid,"
			      " create_time_ms, content) VALUES (?1, ?2, ?3, ?4, ?5)",
	[ST_FIND] = FIND,
	[ST_FIND_TO_CHANGE] = FIND,
	[ST_UPDATE] = "UPDATE documents SET name = ?2, description = coalesce(?3, description),"
		      " risk_level = coalesce(?4, risk_level), modifier = ?5, update_time_ms = ?6,"
		      " version = ?7 WHERE number = ?1",
	[ST_DELETE] = "DELETE FROM documents WHERE document_id = ?1",
	/* ?2 is the version, and 0 means the latest; if there is no such version, its columns are
	 * null */
	[ST_SHOW] = "SELECT number, document_id, name, enterprise_project_id, creator, modifier,"
		    " documents.create_time_ms, update_time_ms, versions.version, risk_level,"
		    " description, content, documents.version FROM documents LEFT JOIN versions"
		    " ON document = number AND versions.version ="
		    " CASE WHEN ?2 = 0 THEN documents.version ELSE ?2 END WHERE document_id = ?1",
	[ST_VERSIONS] = "SELECT version, version_uuid, create_time_ms FROM versions"
			" WHERE document = ?1 AND version <= ?2 ORDER BY version DESC",
	[ST_LIST] = LIST,
	[ST_COUNT] = COUNT,
	[ST_LIST_AFTER] = LIST_AFTER,
	[ST_LIST_EVERY] = EVERY_ROW " ORDER BY number DESC LIMIT ?1 OFFSET ?2",
	[ST_COUNT_EVERY] = "SELECT count(*) FROM documents",
	/* counts the changes of this connection (total_changes) and of others (data_version) */
	[ST_STATE] = "SELECT total_changes() || '.' || data_version FROM pragma_data_version",
	[ST_FIND_PARTS] = FIND_PARTS,
	[ST_LIST_FOUND] = LIST_FOUND,
	[ST_COUNT_FOUND] = COUNT_FOUND,
	[ST_EXECUTE] = "INSERT INTO executions (execution_id, document_id, document_name,"
		       " version_uuid, content, creator, description, type,"
		       " target_parameter_name, parameters, sys_tags, targets, moving, settled,"
		       " version, start_time_ms, step_ms, settle_time_ms, ends, change_time_ms,"
		       " acts, tags) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12,"
		       " ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?16, '', tags FROM documents"
		       " WHERE document_id = ?2 ON CONFLICT (execution_id) DO NOTHING",
	[ST_EXECUTION] = WHOLE_EXECUTION,
	[ST_EXECUTION_TO_CHANGE] = WHOLE_EXECUTION,
	[ST_EXECUTIONS] = EXECUTIONS,
	[ST_COUNT_EXECUTIONS] = COUNT_EXECUTIONS,
	[ST_OPERATE] = "UPDATE executions SET acts = ?1, moving = ?2, settled = ?3,"
		       " settle_time_ms = ?4, ends = ?5, change_time_ms = ?6 WHERE number = ?7",
};

const char *db_text(const struct db_row *row, int column)
{
	return row->ops->text(row, column);
}

int64_t db_number(const struct db_row *row, int column)
{
	return row->ops->number(row, column);
}

/* Returns r, the result of a driver's function. If r is negative, copies the driver's error to err
 * (may be NULL), unless the driver has set none. */
static int tell_failure(struct db *db, int r, struct err *err)
{
	if (r < 0 && db->last.errnum && err)
		*err = db->last;
	return r;
}

int db_begin(struct db *db, struct err *err)
{
	db->last.errnum = 0;
	return tell_failure(db, db->ops->begin(db, &db->last), err);
}

int db_commit(struct db *db, struct err *err)
{
	db->last.errnum = 0;
	return tell_failure(db, db->ops->commit(db, &db->last), err);
}

void db_undo(struct db *db)
{
	db->ops->undo(db);
}

bool db_in_transaction(const struct db *db)
{
	return db->ops->in_transaction(db);
}

int db_run(struct db *db, enum statement which, const struct db_value *values, int n_values,
	   int64_t *ret_changed, struct err *err)
{
	db->last.errnum = 0;
	return tell_failure(db, db->ops->run(db, which, values, n_values, ret_changed, &db->last),
			    err);
}

int db_query(struct db *db, enum statement which, const struct db_value *values, int n_values,
	     db_row_fn *each, void *data, struct err *err)
{
	db->last.errnum = 0;
	return tell_failure(db, db->ops->query(db, which, values, n_values, each, data, &db->last),
			    err);
}

void db_close(struct db *db)
{
	if (db)
		db->ops->close(db);
}
