/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "service/api/documents.h"

#include <errno.h>

#include "bounds/api.h"
#include "service/api/fields.h"

/* The API states no limit for the description in a create. description_field has the limit of an
 * update for both calls, so that every document that is created can also be updated. */
static const struct field name_field = {"name", true, false, 1, COC_NAME_MAX_CHARS};
static const struct field description_field = {"description", false, false, 0,
					       COC_DESCRIPTION_MAX_CHARS};
static const struct field project_field = {"enterprise_project_id", true, false, 0,
					   COC_PROJECT_MAX_CHARS};
static const struct field create_content_field = {"content", true, true, 1, COC_CONTENT_MAX};
static const struct field update_content_field = {"content", true, true, 1, COC_UPDATE_CONTENT_MAX};

void documents_failed(const struct err *err, const struct request *request, struct reply *reply)
{
	switch (err->errnum) {
	case ENOENT:
		reply_refusal(reply, COC_NO_DOCUMENT, "The document does not exist");
		break;
	case ENODATA:
		reply_refusal(reply, COC_INVALID,
			      "Invalid parameter values: version is not one of the document's");
		break;
	case EDQUOT:
		reply_refusal(reply, COC_TOO_MANY_VERSIONS,
			      "The document has %d versions, and no more are supported",
			      COC_VERSIONS_MAX);
		break;
	default:
		reply_gateway(reply, 500, APIGW_INTERNAL, request->id, "Internal error: %s",
			      err->text);
	}
}

void documents_create(const struct call *call, struct reply *reply)
{
	_cleanup_json_ cJSON *body = NULL;
	_cleanup_free_ char *tags = NULL;
	struct store_new new = {.creator = call->user};
	char made[STORE_ID_SIZE];
	struct err err = {0};

	if (!fields_body(call->request, &body, reply) ||
	    !fields_text(body, &name_field, &new.name, reply) ||
	    !fields_text(body, &create_content_field, &new.content, reply) ||
	    !fields_text(body, &project_field, &new.enterprise_project_id, reply) ||
	    !fields_risk_level(body, true, &new.risk_level, reply) ||
	    !fields_text(body, &description_field, &new.description, reply) ||
	    !fields_tags(body, &tags, reply))
		return;
	new.tags = tags;
	if (!new.description)
		new.description = "";
	if (store_create(call->store, &new, call->request->now_ms, made, &err) < 0)
		return documents_failed(&err, call->request, reply);
	reply_data(reply, made);
}

void documents_update(const struct call *call, struct reply *reply)
{
	_cleanup_json_ cJSON *body = NULL;
	struct store_edit edit = {.modifier = call->user};
	struct err err = {0};

	if (!fields_body(call->request, &body, reply) ||
	    !fields_text(body, &name_field, &edit.name, reply) ||
	    !fields_text(body, &update_content_field, &edit.content, reply) ||
	    !fields_risk_level(body, false, &edit.risk_level, reply) ||
	    !fields_text(body, &description_field, &edit.description, reply))
		return;
	if (store_update(call->store, call->id, &edit, call->request->now_ms, &err) < 0)
		return documents_failed(&err, call->request, reply);
	reply_data(reply, call->id);
}

void documents_delete(const struct call *call, struct reply *reply)
{
	struct err err = {0};

	if (store_delete(call->store, call->id, &err) < 0)
		return documents_failed(&err, call->request, reply);
	reply_data(reply, call->id);
}
