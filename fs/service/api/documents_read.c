/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include <errno.h>

#include "bounds/api.h"
#include "service/api/documents.h"
#include "service/api/fields.h"
#include "service/api/rows.h"

/* Adds the fields that both documents_list() and documents_show() answer with. Returns false
 * without memory. */
static bool add_document_fields(cJSON *object, const struct store_document *document)
{
	return rows_text(object, "document_id", document->document_id) &&
	       rows_text(object, "name", document->name) &&
	       rows_number(object, "create_time", document->create_time_ms) &&
	       rows_number(object, "update_time", document->update_time_ms) &&
	       rows_version(object, "version", document->version) &&
	       rows_text(object, "creator", document->creator) &&
	       rows_text(object, "modifier", document->modifier) &&
	       rows_text(object, "enterprise_project_id", document->enterprise_project_id);
}

static int append_document(void *data, const struct store_document *document)
{
	cJSON *rows = data, *row = rows_append(rows);

	return row && add_document_fields(row, document) ? 0 : -ENOMEM;
}

void documents_list(const struct call *call, struct reply *reply)
{
	_cleanup_json_ cJSON *answer = cJSON_CreateObject();
	cJSON *rows = cJSON_AddArrayToObject(answer, "data");
	struct store_filter filter = {0};
	struct err err = {0};
	int64_t total = 0;
	bool public;

	if (!fields_query_text(call->request, "name_like", COC_NAME_MAX_CHARS, &filter.name_like,
			       reply) ||
	    !fields_query_text(call->request, "creator", COC_NAME_MAX_CHARS, &filter.creator,
			       reply) ||
	    !fields_query_text(call->request, "enterprise_project_id", COC_PROJECT_MAX_CHARS,
			       &filter.enterprise_project_id, reply) ||
	    !fields_query_page(call->request, &filter.limit, &filter.offset, reply) ||
	    !fields_type(uri_param(&call->request->uri, "document_type"), &public, reply))
		return;
	if (!public && store_list(call->store, &filter, append_document, rows, &total, &err) < 0) {
		if (err.errnum)
			documents_failed(&err, call->request, reply);
		return;
	}
	if (rows && rows_number(answer, "total", total))
		reply_value(reply, steal_ptr(answer));
}

static int put_document(void *data, const struct store_document *document)
{
	cJSON *fields = data;

	return rows_digits(fields, "id", document->number) &&
			       add_document_fields(fields, document) &&
			       rows_text(fields, "content", document->content) &&
			       rows_text(fields, "description", document->description) &&
			       rows_text(fields, "risk_level", document->risk_level) &&
			       cJSON_AddArrayToObject(fields, "versions")
		       ? 0
		       : -ENOMEM;
}

static int append_version(void *data, const struct store_version *version)
{
	cJSON *row = rows_append(cJSON_GetObjectItemCaseSensitive(data, "versions"));

	return row && rows_version(row, "version", version->number) &&
			       rows_text(row, "version_uuid", version->uuid) &&
			       rows_number(row, "create_time", version->create_time_ms)
		       ? 0
		       : -ENOMEM;
}

void documents_show(const struct call *call, struct reply *reply)
{
	_cleanup_json_ cJSON *answer = cJSON_CreateObject();
	cJSON *fields = cJSON_AddObjectToObject(answer, "data");
	struct err err = {0};
	int64_t version;
	bool public;

	if (!fields_version(uri_param(&call->request->uri, "version"), &version, reply) ||
	    !fields_type(uri_param(&call->request->uri, "document_type"), &public, reply))
		return;
	/* this service has no public documents */
	if (public)
		err_set(&err, ENOENT, "the document does not exist");
	else if (store_show(call->store, call->id, version, put_document, append_version, fields,
			    &err) == 0)
		return reply_value(reply, steal_ptr(answer));
	if (err.errnum)
		documents_failed(&err, call->request, reply);
}
