/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "service/api/executions.h"

#include <errno.h>
#include <string.h>

#include "bounds/api.h"
#include "service/api/documents.h"
#include "service/api/fields_private.h"
#include "service/bounds.h"
#include "service/simulate/batches.h"
#include "service/simulate/execution_state.h"

static const struct field description_field = {"description", false, false, 0,
					       SERVICE_RUN_DESCRIPTION_MAX_CHARS};
static const struct field version_field = {"version", false, false, 0, COC_DOCUMENT_ID_MAX};
static const struct field type_field = {"document_type", false, false, 0, SIZE_MAX};
static const struct field target_field = {"target_parameter_name", false, false, 0, SIZE_MAX};
static const struct field id_field = {"execution_id", true, false, 1, COC_DOCUMENT_ID_MAX};
static const struct field operate_field = {"operate_type", true, false, 0, SIZE_MAX};
static const struct pairs_field parameters_field = {"parameters", SERVICE_PARAMETERS_MAX,
						    SERVICE_PARAMETER_KEY_MAX_CHARS,
						    SERVICE_PARAMETER_VALUE_MAX_CHARS};
static const struct pairs_field sys_tags_field = {"sys_tags", SIZE_MAX, SIZE_MAX, SIZE_MAX};

/* A copy of the document version to execute. */
struct source {
	char *name, *content;
	int64_t version;
	char uuid[UUID_SIZE];
};

static int keep_document(void *data, const struct store_document *document)
{
	struct source *source = data;

	source->name = strdup(document->name);
	source->content = strdup(document->content);
	source->version = document->version;
	return source->name && source->content ? 0 : -ENOMEM;
}

static int keep_version(void *data, const struct store_version *version)
{
	struct source *source = data;

	if (version->number == source->version && strlen(version->uuid) < sizeof(source->uuid))
		strcpy(source->uuid, version->uuid);
	return 0;
}

/* The lists in the body of a request for an execution, as texts of JSON for the store. type: what
 * batches_type() returns for the targets. */
struct lists {
	char *parameters, *sys_tags, *targets;
	const char *type;
};

static bool read_lists(const cJSON *body, struct lists *lists, struct reply *reply)
{
	_cleanup_json_ cJSON *parameters = NULL, *sys_tags = NULL, *targets = NULL;

	if (!fields_pairs(body, &parameters_field, &parameters, reply) ||
	    !fields_pairs(body, &sys_tags_field, &sys_tags, reply) ||
	    !fields_targets(body, &targets, reply))
		return false;
	lists->parameters = cJSON_PrintUnformatted(parameters);
	lists->sys_tags = cJSON_PrintUnformatted(sys_tags);
	lists->targets = cJSON_PrintUnformatted(targets);
	lists->type = batches_type(targets);
	if (!lists->parameters || !lists->sys_tags || !lists->targets)
		return false;
	if (strlen(lists->parameters) + strlen(lists->sys_tags) + strlen(lists->targets) >
	    SERVICE_RUN_MAX)
		return fields_refuse(reply,
				     "parameters, sys_tags and targets have more than %u bytes "
				     "together",
				     SERVICE_RUN_MAX);
	return true;
}

/* Records an execution of the document source. run has the values of the request; this function
 * fills in the others. reply becomes the ID of the execution, or the store's error. Without memory
 * reply has no body. */
static void begin_execution(const struct call *call, const struct source *source,
			    struct store_run *run, struct reply *reply)
{
	_cleanup_execution_state_ struct execution_state simulation = {0};
	char made[STORE_EXECUTION_ID_SIZE];
	struct err err = {0};

	run->document_id = call->id;
	run->document_name = source->name;
	run->version_uuid = source->uuid;
	run->version = source->version;
	run->content = source->content;
	run->creator = call->user;
	run->start_ms = call->request->now_ms;
	run->step_ms = call->step_ms;
	if (execution_state_make(run, "", &simulation, NULL) < 0)
		return;
	execution_state_outlook(&simulation, &run->outlook);
	if (store_execute(call->store, run, made, &err) < 0)
		return documents_failed(&err, call->request, reply);
	reply_data(reply, made);
}

/* Reads the fields of a request that asks for an execution. Returns true; or false if a field is
 * wrong (reply has the answer) or there was no memory (reply has no body). */
static bool read_run(const cJSON *body, struct lists *lists, struct store_run *run,
		     int64_t *ret_version, bool *ret_public, struct reply *reply)
{
	const char *version = NULL, *type = NULL;

	if (!fields_text(body, &version_field, &version, reply) ||
	    !fields_version(version, ret_version, reply) || !read_lists(body, lists, reply) ||
	    !fields_text(body, &target_field, &run->target_parameter_name, reply) ||
	    !fields_text(body, &type_field, &type, reply) ||
	    !fields_type(type, ret_public, reply) ||
	    !fields_text(body, &description_field, &run->description, reply))
		return false;
	run->parameters = lists->parameters;
	run->sys_tags = lists->sys_tags;
	run->targets = lists->targets;
	run->type = lists->type;
	if (!run->target_parameter_name)
		run->target_parameter_name = "";
	if (!run->description)
		run->description = "";
	return true;
}

void executions_execute(const struct call *call, struct reply *reply)
{
	_cleanup_json_ cJSON *body = NULL;
	struct source source = {0};
	struct lists lists = {0};
	struct store_run run = {0};
	struct err err = {0};
	int64_t version = 0;
	bool public = false;

	if (fields_body_if_any(call->request, &body, reply) &&
	    read_run(body, &lists, &run, &version, &public, reply)) {
		/* this service has no public documents */
		if (public)
			err_set(&err, ENOENT, "the document does not exist");
		else if (store_show(call->store, call->id, version, keep_document, keep_version,
				    &source, &err) == 0)
			begin_execution(call, &source, &run, reply);
		if (err.errnum)
			documents_failed(&err, call->request, reply);
	}
	free(source.name);
	free(source.content);
	free(lists.parameters);
	free(lists.sys_tags);
	free(lists.targets);
}

/* An operation that a request asks for, on an execution. */
struct wanted_operation {
	const char *word;
	enum operation_kind kind;
	int64_t now_ms;
	enum execution_status status; /* of the execution at now_ms; a refusal names it */
	struct err *err;
};

static int operate_execution(void *data, const struct store_execution *execution,
			     struct store_change *change)
{
	struct wanted_operation *operation = data;
	_cleanup_execution_state_ struct execution_state simulation = {0};
	struct timeline_state state;
	int r;

	r = execution_state_make(&execution->run, execution->operations, &simulation,
				 operation->err);
	if (r < 0)
		return r;
	/* the times of operations never go back, even if the clock was set back */
	change->change_ms =
		operation->now_ms < execution->change_ms ? execution->change_ms : operation->now_ms;
	timeline_at(&simulation.timeline, change->change_ms, &state, NULL);
	operation->status = state.status;
	if (!timeline_takes(&simulation.timeline, &state, operation->kind))
		return -EPERM;
	if (simulation.timeline.n_operations >= SERVICE_OPERATIONS_MAX)
		return -EDQUOT;
	buf_puts(&change->operations, execution->operations);
	r = execution_state_operate(&simulation, operation->kind, change->change_ms,
				    &change->operations);
	if (r == 0)
		execution_state_outlook(&simulation, &change->outlook);
	return r;
}

static bool read_operation(const char *word, struct wanted_operation *operation,
			   struct reply *reply)
{
	static const struct {
		const char *word;
		enum operation_kind kind;
	} kinds[] = {
		{"RESUME", OPERATION_RESUME},
		{"TERMINATE", OPERATION_TERMINATE},
		{"RETRY", OPERATION_RETRY},
		{"SKIP_BATCH", OPERATION_SKIP},
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (!strcmp(word, kinds[i].word)) {
			operation->word = kinds[i].word;
			operation->kind = kinds[i].kind;
			return true;
		}
	}
	return fields_refuse(reply,
			     "operate_type is not one of RESUME, TERMINATE, RETRY, SKIP_BATCH");
}

void executions_operate(const struct call *call, struct reply *reply)
{
	struct err err = {0};
	struct wanted_operation operation = {.now_ms = call->request->now_ms, .err = &err};
	_cleanup_json_ cJSON *body = NULL;
	const char *id = NULL, *word = NULL;

	if (!fields_body(call->request, &body, reply) ||
	    !fields_text(body, &id_field, &id, reply) ||
	    !fields_text(body, &operate_field, &word, reply) ||
	    !read_operation(word, &operation, reply))
		return;
	switch (store_operate(call->store, id, operate_execution, &operation, &err)) {
	case 0:
		return reply_value(reply, cJSON_CreateObject());
	case -ENOENT:
		return reply_refusal(reply, COC_NO_EXECUTION, "The execution does not exist");
	case -EPERM:
		return reply_refusal(reply, COC_BAD_STATE,
				     "%s is not possible: the execution is %s", operation.word,
				     execution_status_word(operation.status));
	case -EDQUOT:
		return reply_refusal(reply, COC_BAD_STATE,
				     "The execution has had %d operations, and no more are "
				     "supported",
				     SERVICE_OPERATIONS_MAX);
	default:
		if (err.errnum)
			documents_failed(&err, call->request, reply);
	}
}
