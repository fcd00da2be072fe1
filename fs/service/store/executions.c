/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "service/store/executions.h"

#include <errno.h>
#include <string.h>

#include "service/store/store_private.h"

/* Inserts the row of an execution. Returns 0; -EEXIST: the ID is taken; -ENOENT: there is no such
 * document; or -errno. */
static int insert_execution(struct store *store, const char *id, const struct store_run *run,
			    struct err *err)
{
	const struct db_value values[] = {
		db_of_text(id),
		db_of_text(run->document_id),
		db_of_text(run->document_name),
		db_of_text(run->version_uuid),
		db_of_text(run->content),
		db_of_text(run->creator),
		db_of_text(run->description),
		db_of_text(run->type),
		db_of_text(run->target_parameter_name),
		db_of_text(run->parameters),
		db_of_text(run->sys_tags),
		db_of_text(run->targets),
		db_of_text(run->outlook.moving),
		db_of_text(run->outlook.settled),
		db_of_number(run->version),
		db_of_number(run->start_ms),
		db_of_number(run->step_ms),
		db_of_number(run->outlook.settle_ms),
		db_of_number(run->outlook.ends),
	};
	int64_t inserted = 0, number, version;
	int r = db_run(store->db, ST_EXECUTE, values, DB_COUNT(values), &inserted, err);

	if (r < 0 || inserted)
		return r;
	r = store_find(store, run->document_id, false, &number, &version, err);
	return r < 0 ? r : err_set(err, EEXIST, "the ID %s is taken", id);
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
			r = insert_execution(store, id, run, err);
		if (r != -EEXIST)
			break;
	}
	r = store_finish(store, r, err);
	if (r == 0)
		memcpy(ret_id, id, sizeof(id));
	return r;
}

/* Returns an execution with the columns that the statements ST_EXECUTIONS and ST_EXECUTION begin
 * with. The strings live as long as the row. */
static struct store_execution read_row(const struct db_row *row)
{
	return (struct store_execution){
		.number = db_number(row, 0),
		.execution_id = db_text(row, 1),
		.tags = db_text(row, 2),
		.change_ms = db_number(row, 3),
		.run =
			{
				.document_id = db_text(row, 4),
				.document_name = db_text(row, 5),
				.version_uuid = db_text(row, 6),
				.version = db_number(row, 7),
				.creator = db_text(row, 8),
				.description = db_text(row, 9),
				.type = db_text(row, 10),
				.target_parameter_name = db_text(row, 11),
				.parameters = db_text(row, 12),
				.sys_tags = db_text(row, 13),
				.targets = db_text(row, 14),
				.start_ms = db_number(row, 15),
				.outlook =
					{
						.moving = db_text(row, 16),
						.settled = db_text(row, 17),
						.settle_ms = db_number(row, 18),
						.ends = db_number(row, 19),
					},
			},
	};
}

/* The callback of a caller that reads executions (each), or that changes one (decide); the other is
 * NULL. */
struct run_reader {
	int (*each)(void *data, const struct store_execution *execution);
	int (*decide)(void *data, const struct store_execution *execution,
		      struct store_change *change);
	void *data;
	struct store_change change;
	int64_t number;
	struct err *err;
};

static int see_whole(void *data, const struct db_row *row)
{
	struct run_reader *reader = data;
	struct store_execution execution = read_row(row);

	execution.run.content = db_text(row, 20);
	execution.run.step_ms = db_number(row, 21);
	execution.operations = db_text(row, 22);
	if (!execution.run.content || !execution.operations)
		return err_set(reader->err, ENOMEM, "out of memory");
	reader->number = execution.number;
	return reader->decide ? reader->decide(reader->data, &execution, &reader->change)
			      : reader->each(reader->data, &execution);
}

/* Reads the whole row of an execution, and calls the callback of reader. Returns 0, -ENOENT,
 * another -errno, or the negative number of the callback. */
static int read_whole_execution(struct store *store, enum statement which, const char *id,
				struct run_reader *reader, struct err *err)
{
	const struct db_value value = db_of_text(id);
	int r = db_query(store->db, which, &value, 1, see_whole, reader, err);

	if (r == 0)
		return err_set(err, ENOENT, "the execution does not exist");
	return r < 0 ? r : 0;
}

int store_show_execution(struct store *store, const char *id,
			 int (*each)(void *data, const struct store_execution *execution),
			 void *data, struct err *err)
{
	struct run_reader reader = {.each = each, .data = data, .err = err};

	return read_whole_execution(store, ST_EXECUTION, id, &reader, err);
}

static int see_listed_execution(void *data, const struct db_row *row)
{
	const struct run_reader *reader = data;
	const struct store_execution execution = read_row(row);

	return reader->each(reader->data, &execution);
}

static int keep_execution_number(void *data, const struct db_row *row)
{
	*(int64_t *)data = db_number(row, 0);
	return 0;
}

/* Makes a value for a statement from a time in a filter; null for 0, which means no filter. */
static struct db_value time_or_none(int64_t time_ms)
{
	return time_ms ? db_of_number(time_ms) : db_no_number();
}

int store_list_executions(struct store *store, const struct store_execution_filter *filter,
			  int (*each)(void *data, const struct store_execution *execution),
			  void *data, int64_t *ret_total, struct err *err)
{
	_cleanup_buf_ struct buf creator = {0}, name = {0};
	struct run_reader reader = {.each = each, .data = data};
	int64_t total = 0;
	int r;

	if ((filter->creator_like && store_make_pattern(filter->creator_like, &creator) < 0) ||
	    (filter->document_name_like &&
	     store_make_pattern(filter->document_name_like, &name) < 0))
		return err_set(err, ENOMEM, "out of memory");

	const struct db_value values[] = {
		db_of_text(creator.data),
		db_of_text(name.data),
		db_of_text(filter->document_id),
		db_of_text(filter->tags),
		time_or_none(filter->start_after_ms),
		time_or_none(filter->end_before_ms),
		db_of_number(filter->now_ms),
		db_of_number(filter->limit),
		db_of_number(filter->offset),
	};

	r = db_query(store->db, ST_EXECUTIONS, values, DB_COUNT(values), see_listed_execution,
		     &reader, err);
	if (r >= 0)
		r = db_query(store->db, ST_COUNT_EXECUTIONS, values, 7, keep_execution_number,
			     &total, err);
	if (r < 0)
		return r;
	*ret_total = total;
	return 0;
}

static int update_execution(struct store *store, int64_t number, const struct store_change *change,
			    struct err *err)
{
	const struct db_value values[] = {
		db_of_text(change->operations.data),
		db_of_text(change->outlook.moving),
		db_of_text(change->outlook.settled),
		db_of_number(change->outlook.settle_ms),
		db_of_number(change->outlook.ends),
		db_of_number(change->change_ms),
		db_of_number(number),
	};

	return db_run(store->db, ST_OPERATE, values, DB_COUNT(values), NULL, err);
}

int store_operate(struct store *store, const char *id,
		  int (*decide)(void *data, const struct store_execution *execution,
				struct store_change *change),
		  void *data, struct err *err)
{
	struct run_reader reader = {.decide = decide, .data = data, .err = err};
	int r = store_begin(store, err);

	if (r < 0)
		return r;
	r = read_whole_execution(store, ST_EXECUTION_TO_CHANGE, id, &reader, err);
	if (r == 0)
		r = update_execution(store, reader.number, &reader.change, err);
	r = store_finish(store, r, err);
	buf_finish(&reader.change.operations);
	return r;
}
