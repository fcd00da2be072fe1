/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>

#include "bounds/api.h"
#include "service/api/documents.h"
#include "service/api/executions_read.h"
#include "service/api/fields.h"
#include "service/api/rows.h"
#include "service/bounds.h"
#include "service/simulate/execution_state.h"

/* Adds end_time, update_time and status of an execution at now_ms, computed from the outlook in the
 * execution's record. Returns false without memory. */
static bool add_status(cJSON *row, const struct store_execution *execution, int64_t now_ms)
{
	const struct store_outlook *outlook = &execution->run.outlook;
	bool settled = execution_state_time(execution, now_ms) >= outlook->settle_ms;

	return rows_time(row, "end_time", settled && outlook->ends ? outlook->settle_ms : 0) &&
	       rows_time(row, "update_time", settled ? outlook->settle_ms : execution->change_ms) &&
	       rows_text(row, "status", settled ? outlook->settled : outlook->moving);
}

/* Adds the fields that both executions_list() and executions_show() answer with. Returns false
 * without memory. */
static bool add_execution_fields(cJSON *row, const struct store_execution *execution,
				 int64_t now_ms)
{
	const struct store_run *run = &execution->run;

	return rows_digits(row, "id", execution->number) &&
	       rows_text(row, "execution_id", execution->execution_id) &&
	       rows_text(row, "document_name", run->document_name) &&
	       rows_text(row, "document_id", run->document_id) &&
	       rows_text(row, "document_version_id", run->version_uuid) &&
	       rows_version(row, "document_version", run->version) &&
	       rows_time(row, "start_time", run->start_ms) && add_status(row, execution, now_ms) &&
	       rows_text(row, "creator", run->creator) &&
	       rows_text(row, "description", run->description) &&
	       rows_json(row, "parameters", run->parameters) &&
	       rows_json(row, "tags", execution->tags) && rows_text(row, "type", run->type) &&
	       rows_text(row, "target_parameter_name", run->target_parameter_name) &&
	       rows_json(row, "targets", run->targets);
}

/* A page of the list of executions while rows are added. */
struct execution_page {
	cJSON *rows;
	int64_t now_ms;
	size_t bytes; /* of the parameters, tags and targets of all rows so far */
};

static int append_execution(void *data, const struct store_execution *execution)
{
	const struct store_run *run = &execution->run;
	struct execution_page *page = data;
	cJSON *row;

	page->bytes += strlen(run->parameters) + strlen(run->sys_tags) + strlen(run->targets) +
		       strlen(execution->tags);
	/* end the page early: a client that counts the rows will ask for the rest */
	if (page->bytes > SERVICE_PAGE_MAX && cJSON_GetArraySize(page->rows))
		return 1;
	row = rows_append(page->rows);
	return row && add_execution_fields(row, execution, page->now_ms) &&
			       rows_json(row, "sys_tags", run->sys_tags)
		       ? 0
		       : -ENOMEM;
}

void executions_list(const struct call *call, struct reply *reply)
{
	const struct request *request = call->request;
	struct store_execution_filter filter = {.now_ms = request->now_ms};
	_cleanup_json_ cJSON *answer = cJSON_CreateObject();
	struct execution_page page = {
		.rows = cJSON_AddArrayToObject(answer, "data"),
		.now_ms = request->now_ms,
	};
	_cleanup_free_ char *tags = NULL;
	bool exclude_children;
	struct err err = {0};
	int64_t total = 0;

	/* exclude_child_executions is checked and ignored: no execution of this service has
	 * children */
	if (!fields_query_page(request, &filter.limit, &filter.offset, reply) ||
	    !fields_query_text(request, "creator", COC_NAME_MAX_CHARS, &filter.creator_like,
			       reply) ||
	    !fields_query_number(request, "start_time", 0, INT64_MAX, 0, &filter.start_after_ms,
				 reply) ||
	    !fields_query_number(request, "end_time", 0, INT64_MAX, 0, &filter.end_before_ms,
				 reply) ||
	    !fields_query_text(request, "document_name", COC_NAME_MAX_CHARS,
			       &filter.document_name_like, reply) ||
	    !fields_query_text(request, "document_id", COC_DOCUMENT_ID_MAX, &filter.document_id,
			       reply) ||
	    !fields_query_pairs(request, "tags", &tags, reply) ||
	    !fields_query_flag(request, "exclude_child_executions", &exclude_children, reply))
		return;
	filter.tags = tags;
	if (store_list_executions(call->store, &filter, append_execution, &page, &total, &err) <
	    0) {
		if (err.errnum)
			documents_failed(&err, request, reply);
		return;
	}
	if (page.rows && rows_number(answer, "total", total))
		reply_value(reply, steal_ptr(answer));
}

/* The answer to the call that shows an execution, while it is made. */
struct showing {
	cJSON *answer;
	int64_t now_ms;
};

static int put_execution(void *data, const struct store_execution *execution)
{
	struct showing *showing = data;
	cJSON *fields = cJSON_AddObjectToObject(showing->answer, "data");

	return fields && add_execution_fields(fields, execution, showing->now_ms) ? 0 : -ENOMEM;
}

void executions_show(const struct call *call, struct reply *reply)
{
	_cleanup_json_ cJSON *answer = cJSON_CreateObject();
	struct showing showing = {.answer = answer, .now_ms = call->request->now_ms};
	struct err err = {0};
	int r;

	r = store_show_execution(call->store, call->id, put_execution, &showing, &err);
	/* the answer to an unknown ID is "data": null and no error: the official provider of
	 * Terraform checks for that */
	if (r == 0 || (r == -ENOENT && rows_text(answer, "data", NULL)))
		return reply_value(reply, steal_ptr(answer));
	if (r != -ENOENT && err.errnum)
		documents_failed(&err, call->request, reply);
}
