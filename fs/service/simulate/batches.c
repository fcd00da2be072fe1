/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "service/simulate/batches.h"

#include <errno.h>
#include <string.h>

#define PAUSE "PAUSE"

static bool is_key(const cJSON *target, const char *word)
{
	const char *key = json_get_string(target, "key");

	return key && !strcmp(key, word);
}

const char *batches_type(const cJSON *targets)
{
	const cJSON *target;

	cJSON_ArrayForEach (target, targets)
		if (is_key(target, "BatchValues"))
			return "BATCH";
	return cJSON_GetArraySize(targets) ? "RATE_CONTROL" : "NORMAL";
}

/* Copies a value. If the value is a text that holds a JSON object or array, the copy is that object
 * or array. */
static cJSON *unpack_batches(const cJSON *value)
{
	const char *text = cJSON_IsString(value) ? value->valuestring : "";
	cJSON *unpacked = NULL;

	if ((*text == '{' || *text == '[') && json_parse(text, strlen(text), &unpacked) == 0)
		return unpacked;
	return cJSON_Duplicate(value, true);
}

/* Appends an instance. Owns instance from here on, also after a failure. If instance is a text, it
 * is the ID of the instance, and an object with resource_id is made of it. Returns 0 or -ENOMEM. */
static int add_instance(cJSON *instances, cJSON *instance)
{
	_cleanup_json_ cJSON *own = instance;

	if (cJSON_IsString(instance)) {
		cJSON *object = cJSON_CreateObject();

		if (!cJSON_AddItemToObject(object, "resource_id", own)) {
			cJSON_Delete(object);
			return -ENOMEM;
		}
		own = object;
	}
	if (!cJSON_AddItemToArray(instances, own))
		return -ENOMEM;
	own = NULL;
	return 0;
}

static int add_instances(cJSON *instances, const cJSON *list)
{
	const cJSON *instance;
	int r = 0;

	cJSON_ArrayForEach (instance, list) {
		r = add_instance(instances, unpack_batches(instance));
		if (r < 0)
			break;
	}
	return r;
}

/* Appends an empty batch. Returns the array for its instances; NULL without memory. */
static cJSON *add_batch(cJSON *batches, bool pause)
{
	cJSON *batch = cJSON_CreateObject();

	if (!cJSON_AddItemToArray(batches, batch)) {
		cJSON_Delete(batch);
		return NULL;
	}
	if (!cJSON_AddBoolToObject(batch, "pause", pause))
		return NULL;
	return cJSON_AddArrayToObject(batch, "instances");
}

static int add_batch_value(cJSON *batches, const cJSON *value)
{
	_cleanup_json_ cJSON *batch = unpack_batches(value);
	const char *strategy = json_get_string(batch, "strategy");
	cJSON *instances = add_batch(batches, strategy && !strcmp(strategy, PAUSE));

	if (!batch || !instances)
		return -ENOMEM;
	return add_instances(instances, json_get(batch, "instances"));
}

int batches_of_targets(const cJSON *targets, cJSON **ret_batches)
{
	_cleanup_json_ cJSON *batches = cJSON_CreateArray();
	const cJSON *target, *value;
	cJSON *instances = NULL;
	int r = batches ? 0 : -ENOMEM;

	cJSON_ArrayForEach (target, targets) {
		cJSON_ArrayForEach (value, json_get(target, "values")) {
			if (is_key(target, "BatchValues")) {
				r = add_batch_value(batches, value);
			} else {
				if (!instances)
					instances = add_batch(batches, false);
				r = instances ? add_instance(instances, unpack_batches(value))
					      : -ENOMEM;
			}
			if (r < 0)
				return r;
		}
	}
	if (r == 0)
		*ret_batches = steal_ptr(batches);
	return r;
}

int batches_of_input(const char *text, cJSON **ret_batches)
{
	_cleanup_json_ cJSON *batches = cJSON_CreateArray(), *list = NULL;
	cJSON *instances;
	int r = 0;

	if (!batches)
		return -ENOMEM;
	if (json_parse(text, strlen(text), &list) == 0 && cJSON_IsArray(list) && list->child) {
		instances = add_batch(batches, false);
		r = instances ? add_instances(instances, list) : -ENOMEM;
	}
	if (r == 0)
		*ret_batches = steal_ptr(batches);
	return r;
}

int batches_properties(const cJSON *instance, cJSON *properties)
{
	const cJSON *member;

	if (!properties)
		return -ENOMEM;
	cJSON_ArrayForEach (member, instance) {
		/* the request says "name" where the answer says "resource_name" */
		bool is_name = member->string && !strcmp(member->string, "name");

		if (cJSON_IsString(member) &&
		    !cJSON_AddStringToObject(properties, is_name ? "resource_name" : member->string,
					     member->valuestring))
			return -ENOMEM;
	}
	return 0;
}
