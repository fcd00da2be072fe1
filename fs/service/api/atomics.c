/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "service/api/atomics.h"

#include <string.h>

#include "service/api/atomics_table.h"
#include "service/api/fields.h"
#include "service/api/rows.h"

/* Adds the fields that both atomics_list() and atomics_show() answer with. Returns false without
 * memory. */
static bool add_atomic_fields(cJSON *row, const struct atomic *atomic)
{
	cJSON *tag = cJSON_CreateString(atomic->tag);

	if (!cJSON_AddItemToArray(cJSON_AddArrayToObject(row, "tags"), tag)) {
		cJSON_Delete(tag);
		return false;
	}
	return rows_text(row, "atomic_unique_key", atomic->key) &&
	       rows_text(row, "atomic_name_zh", atomic->name_zh) &&
	       rows_text(row, "atomic_name_en", atomic->name_en);
}

void atomics_list(const struct call *call, struct reply *reply)
{
	_cleanup_json_ cJSON *answer = cJSON_CreateObject();
	cJSON *rows = cJSON_AddArrayToObject(answer, "data");
	int64_t limit, offset;

	if (!fields_query_page(call->request, &limit, &offset, reply))
		return;
	for (int64_t i = offset; i < (int64_t)n_atomics && i - offset < limit; i++) {
		cJSON *row = rows_append(rows);

		if (!row || !add_atomic_fields(row, &atomics[i]))
			return;
	}
	if (rows && rows_number(answer, "total", (int64_t)n_atomics))
		reply_value(reply, steal_ptr(answer));
}

/* Adds a limit of an atomic's input to its row: a number, or null for ATOMIC_NONE. Returns false
 * without memory. */
static bool add_limit(cJSON *row, const char *name, int limit)
{
	return limit == ATOMIC_NONE ? rows_text(row, name, NULL) : rows_number(row, name, limit);
}

static bool add_input(cJSON *inputs, const struct atomic_input *input)
{
	cJSON *row = rows_append(inputs);

	return row && rows_text(row, "param_key", input->key) &&
	       rows_text(row, "param_name_zh", input->name_zh) &&
	       rows_text(row, "param_name_en", input->name_en) &&
	       cJSON_AddBoolToObject(row, "required", input->required) &&
	       rows_text(row, "param_type", "CONSTANT") && rows_text(row, "type", input->type) &&
	       rows_text(row, "default_value", input->fallback) &&
	       add_limit(row, "min", input->min) && add_limit(row, "max", input->max) &&
	       add_limit(row, "min_len", input->min_len) &&
	       add_limit(row, "max_len", input->max_len) &&
	       rows_text(row, "pattern", input->pattern) &&
	       cJSON_AddArrayToObject(row, "param_enums");
}

static bool add_atomic_outputs(cJSON *fields, const struct atomic *atomic)
{
	cJSON *outputs = cJSON_AddObjectToObject(fields, "outputs");

	return outputs && cJSON_AddBoolToObject(outputs, "supported", atomic->has_outputs) &&
	       rows_text(outputs, "type", atomic->has_outputs ? "json" : NULL);
}

static bool add_atomic_target(cJSON *fields, const struct atomic *atomic)
{
	cJSON *target = cJSON_AddObjectToObject(fields, "target_instance");

	return target && rows_number(target, "limit", atomic->instances_max) &&
	       cJSON_AddBoolToObject(target, "required", atomic->instances_max != 0);
}

static bool add_atomic(cJSON *fields, const struct atomic *atomic)
{
	cJSON *inputs = cJSON_AddArrayToObject(fields, "inputs");

	for (size_t i = 0; i < atomic->n_inputs; i++)
		if (!add_input(inputs, &atomic->inputs[i]))
			return false;
	return inputs && add_atomic_fields(fields, atomic) && add_atomic_outputs(fields, atomic) &&
	       cJSON_AddBoolToObject(fields, "display_region", false) &&
	       add_atomic_target(fields, atomic);
}

void atomics_show(const struct call *call, struct reply *reply)
{
	_cleanup_json_ cJSON *answer = cJSON_CreateObject();

	for (size_t i = 0; i < n_atomics; i++) {
		if (strcmp(call->id, atomics[i].key))
			continue;
		if (add_atomic(cJSON_AddObjectToObject(answer, "data"), &atomics[i]))
			reply_value(reply, steal_ptr(answer));
		return;
	}
	reply_refusal(reply, COC_INVALID,
		      "Invalid parameter values: atomic_unique_key is not one of "
		      "ListDocumentAtomics");
}
