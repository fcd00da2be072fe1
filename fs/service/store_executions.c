/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "service/store_executions.h"

#include <errno.h>
#include <string.h>

#include "service/store_private.h"

static int bind_texts(sqlite3_stmt *statement, const char *const *texts, int count)
{
	int bad = 0;

	for (int i = 0; i < count; i++)
		bad |= store_bind_text(statement, i + 1, texts[i]);
	return bad;
}

static int bind_numbers(sqlite3_stmt *statement, int first, const int64_t *numbers, int count)
{
	int bad = 0;

	for (int i = 0; i < count; i++)
		bad |= sqlite3_bind_int64(statement, first + i, numbers[i]);
	return bad;
}

/* Inserts the row. Returns 0, -EEXIST when the ID is taken, -ENOENT without its document. */
static int insert(struct store *store, const char *id, const struct store_run *run, struct err *err)
{
	_cleanup_reset_ sqlite3_stmt *statement = store->statements[ST_EXECUTE];
	const char *texts[] = {id,
			       run->document_id,
			       run->document_name,
			       run->version_uuid,
			       run->content,
			       run->creator,
			       run->description,
			       run->type,
			       run->target_parameter_name,
			       run->parameters,
			       run->sys_tags,
			       run->targets,
			       run->outlook.moving,
			       run->outlook.settled};
	const int64_t numbers[] = {run->version, run->start_ms, run->step_ms,
				   run->outlook.settle_ms, run->outlook.ends};
	const int n_texts = sizeof(texts) / sizeof(texts[0]);
	int bad = bind_texts(statement, texts, n_texts);

	bad |= bind_numbers(statement, n_texts + 1, numbers, sizeof(numbers) / sizeof(numbers[0]));
	if (bad || sqlite3_step(statement) != SQLITE_DONE) {
		if (sqlite3_extended_errcode(store->db) == SQLITE_CONSTRAINT_UNIQUE)
			return err_set(err, EEXIST, "the ID %s is taken", id);
		return store_error(store->db, err);
	}
	return sqlite3_changes(store->db) ? 0 : err_set(err, ENOENT, "the document does not exist");
}

int store_execute(struct store *store, const struct store_run *run,
		  char ret_id[STORE_EXECUTION_ID_SIZE], struct err *err)
{
	char id[STORE_EXECUTION_ID_SIZE];
	int r = store_begin(store, err);

	if (r < 0)
		return r;
	for (int attempt = 0; attempt < STORE_ID_ATTEMPTS; attempt++) {
		r = store_make_id("EX", run->start_ms, 17, id);
		if (r < 0)
			err_set(err, -r, "cannot make an ID");
		else
			r = insert(store, id, run, err);
		if (r != -EEXIST)
			break;
	}
	r = store_finish(store, r, err);
	if (r == 0)
		memcpy(ret_id, id, sizeof(id));
	return r;
}

/* The columns that ST_EXECUTIONS and ST_EXECUTION begin with. */
static struct store_execution read_row(sqlite3_stmt *row)
{
	return (struct store_execution){
		.number = sqlite3_column_int64(row, 0),
		.execution_id = store_text(row, 1),
		.tags = store_text(row, 2),
		.change_ms = sqlite3_column_int64(row, 3),
		.run =
			{
				.document_id = store_text(row, 4),
				.document_name = store_text(row, 5),
				.version_uuid = store_text(row, 6),
				.version = sqlite3_column_int64(row, 7),
				.creator = store_text(row, 8),
				.description = store_text(row, 9),
				.type = store_text(row, 10),
				.target_parameter_name = store_text(row, 11),
				.parameters = store_text(row, 12),
				.sys_tags = store_text(row, 13),
				.targets = store_text(row, 14),
				.start_ms = sqlite3_column_int64(row, 15),
				.outlook =
					{
						.moving = store_text(row, 16),
						.settled = store_text(row, 17),
						.settle_ms = sqlite3_column_int64(row, 18),
						.ends = sqlite3_column_int(row, 19),
					},
			},
	};
}

/* Steps to an execution's whole row. Returns 0 and the row, -ENOENT or another -errno. */
static int read_whole(struct store *store, sqlite3_stmt *select, const char *id,
		      struct store_execution *ret_row, struct err *err)
{
	int code = store_bind_text(select, 1, id);

	if (code == SQLITE_OK)
		code = sqlite3_step(select);
	if (code == SQLITE_DONE)
		return err_set(err, ENOENT, "the execution does not exist");
	if (code != SQLITE_ROW)
		return store_error(store->db, err);
	*ret_row = read_row(select);
	ret_row->run.content = store_text(select, 20);
	ret_row->run.step_ms = sqlite3_column_int64(select, 21);
	ret_row->acts = store_text(select, 22);
	if (!ret_row->run.content || !ret_row->acts)
		return err_set(err, ENOMEM, "out of memory");
	return 0;
}

int store_show_execution(struct store *store, const char *id,
			 int (*each)(void *data, const struct store_execution *execution),
			 void *data, struct err *err)
{
	_cleanup_reset_ sqlite3_stmt *select = store->statements[ST_EXECUTION];
	struct store_execution row;
	int r = read_whole(store, select, id, &row, err);

	return r < 0 ? r : each(data, &row);
}

static int bind_filter(sqlite3_stmt *statement, const char *creator, const char *name,
		       const struct store_execution_filter *filter)
{
	const char *texts[] = {creator, name, filter->document_id, filter->tags};
	int bad = bind_texts(statement, texts, 4);

	if (filter->start_after_ms)
		bad |= sqlite3_bind_int64(statement, 5, filter->start_after_ms);
	if (filter->end_before_ms)
		bad |= sqlite3_bind_int64(statement, 6, filter->end_before_ms);
	return bad | sqlite3_bind_int64(statement, 7, filter->now_ms);
}

static int count(struct store *store, const char *creator, const char *name,
		 const struct store_execution_filter *filter, int64_t *ret_total, struct err *err)
{
	_cleanup_reset_ sqlite3_stmt *select = store->statements[ST_COUNT_EXECUTIONS];

	if (bind_filter(select, creator, name, filter) || sqlite3_step(select) != SQLITE_ROW)
		return store_error(store->db, err);
	*ret_total = sqlite3_column_int64(select, 0);
	return 0;
}

int store_list_executions(struct store *store, const struct store_execution_filter *filter,
			  int (*each)(void *data, const struct store_execution *execution),
			  void *data, int64_t *ret_total, struct err *err)
{
	_cleanup_buf_ struct buf creator = {0}, name = {0};
	_cleanup_reset_ sqlite3_stmt *select = store->statements[ST_EXECUTIONS];
	int code = SQLITE_DONE, r = 0;

	if ((filter->creator_like && store_make_pattern(filter->creator_like, &creator) < 0) ||
	    (filter->document_name_like &&
	     store_make_pattern(filter->document_name_like, &name) < 0))
		return err_set(err, ENOMEM, "out of memory");
	if (bind_filter(select, creator.data, name.data, filter) ||
	    sqlite3_bind_int64(select, 8, filter->limit) ||
	    sqlite3_bind_int64(select, 9, filter->offset))
		return store_error(store->db, err);
	while (r == 0 && (code = sqlite3_step(select)) == SQLITE_ROW) {
		struct store_execution row = read_row(select);

		r = each(data, &row);
	}
	if (r < 0)
		return r;
	if (r == 0 && code != SQLITE_DONE)
		return store_error(store->db, err);
	return count(store, creator.data, name.data, filter, ret_total, err);
}

static int update(struct store *store, int64_t number, const struct store_change *change,
		  struct err *err)
{
	_cleanup_reset_ sqlite3_stmt *statement = store->statements[ST_OPERATE];
	const char *texts[] = {change->acts.data, change->outlook.moving, change->outlook.settled};
	const int64_t numbers[] = {change->outlook.settle_ms, change->outlook.ends,
				   change->change_ms, number};

	if (bind_texts(statement, texts, 3) || bind_numbers(statement, 4, numbers, 4) ||
	    sqlite3_step(statement) != SQLITE_DONE)
		return store_error(store->db, err);
	return 0;
}

/* Reads an execution and lets decide() say what it becomes. Returns 0 and its row's number. */
static int ask(struct store *store, const char *id,
	       int (*decide)(void *data, const struct store_execution *execution,
			     struct store_change *change),
	       void *data, struct store_change *change, int64_t *ret_number, struct err *err)
{
	_cleanup_reset_ sqlite3_stmt *select = store->statements[ST_EXECUTION];
	struct store_execution row;
	int r = read_whole(store, select, id, &row, err);

	if (r < 0)
		return r;
	*ret_number = row.number;
	return decide(data, &row, change);
}

int store_operate(struct store *store, const char *id,
		  int (*decide)(void *data, const struct store_execution *execution,
				struct store_change *change),
		  void *data, struct err *err)
{
	struct store_change change = {0};
	int64_t number = 0;
	int r = store_begin(store, err);

	if (r < 0)
		return r;
	r = ask(store, id, decide, data, &change, &number, err);
	if (r == 0)
		r = update(store, number, &change, err);
	r = store_finish(store, r, err);
	buf_finish(&change.acts);
	return r;
}
