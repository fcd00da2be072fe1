/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "service/api/fields_private.h"
#include "service/api/rows.h"

/* Reads one half of a pair: the text of the member which, "key" or "value". An absent or null
 * member is "". Returns true, or false with an answer in reply if the text is wrong. */
static bool read_half(const cJSON *pair, const struct pairs_field *field, const char *which,
		      size_t max, const char **ret_text, struct reply *reply)
{
	const cJSON *member = json_get(pair, which);

	*ret_text = "";
	if (!member || cJSON_IsNull(member))
		return true;
	if (!cJSON_IsString(member))
		return fields_refuse(reply, "%s has a %s that is not a string", field->name, which);
	if (utf8_chars(member->valuestring, strlen(member->valuestring)) > max)
		return fields_refuse(reply, "%s has a %s of more than %zu characters", field->name,
				     which, max);
	*ret_text = member->valuestring;
	return true;
}

/* Finds an array in the body. *ret_array is NULL if the member is absent or null. Returns true, or
 * false with an answer in reply if the member is no array. */
static bool array_of(const cJSON *body, const char *name, const char *what, const cJSON **ret_array,
		     struct reply *reply)
{
	const cJSON *member = json_get(body, name);

	if (cJSON_IsNull(member))
		member = NULL;
	if (member && !cJSON_IsArray(member))
		return fields_refuse(reply, "%s is not an array of objects with %s", name, what);
	*ret_array = member;
	return true;
}

bool fields_pairs(const cJSON *body, const struct pairs_field *field, cJSON **ret_pairs,
		  struct reply *reply)
{
	_cleanup_json_ cJSON *pairs = cJSON_CreateArray();
	static const char what[] = "the strings key and value";
	const char *key = NULL, *value = NULL;
	const cJSON *array = NULL, *pair;

	if (!array_of(body, field->name, what, &array, reply))
		return false;
	if (array && (size_t)cJSON_GetArraySize(array) > field->max)
		return fields_refuse(reply, "%s has %d items; %zu are allowed", field->name,
				     cJSON_GetArraySize(array), field->max);
	cJSON_ArrayForEach (pair, array) {
		if (!cJSON_IsObject(pair))
			return fields_refuse(reply, "%s is not an array of objects with %s",
					     field->name, what);
		if (!read_half(pair, field, "key", field->key_max, &key, reply) ||
		    !read_half(pair, field, "value", field->value_max, &value, reply) ||
		    !rows_pair(pairs, key, value))
			return false;
	}
	*ret_pairs = steal_ptr(pairs);
	return *ret_pairs != NULL;
}

/* Checks one target of the request, and appends a copy with its key and values only. Returns true,
 * or false with an answer in reply. */
static bool add_listed_target(cJSON *targets, const cJSON *target, struct reply *reply)
{
	static const char *const keys[] = {"InstanceValues", "BatchValues"};
	const char *key = json_get_string(target, "key");
	const cJSON *values = json_get(target, "values"), *value;
	cJSON *copy, *copies;

	if (!key || (strcmp(key, keys[0]) && strcmp(key, keys[1])))
		return fields_refuse(reply, "targets has a key that is not one of %s, %s", keys[0],
				     keys[1]);
	if (!cJSON_IsArray(values))
		return fields_refuse(reply, "targets has values that are not an array");
	copy = cJSON_CreateObject();
	if (!cJSON_AddItemToArray(targets, copy)) {
		cJSON_Delete(copy);
		return false;
	}
	copies = cJSON_AddStringToObject(copy, "key", key) ? cJSON_AddArrayToObject(copy, "values")
							   : NULL;
	/* the API declares strings, but the one public client sends objects */
	cJSON_ArrayForEach (value, values) {
		cJSON *item;

		if (!cJSON_IsString(value) && !cJSON_IsObject(value))
			return fields_refuse(reply,
					     "targets has a value that is neither a string nor "
					     "an object");
		item = cJSON_Duplicate(value, true);
		if (!cJSON_AddItemToArray(copies, item)) {
			cJSON_Delete(item);
			return false;
		}
	}
	return copies != NULL;
}

bool fields_targets(const cJSON *body, cJSON **ret_targets, struct reply *reply)
{
	_cleanup_json_ cJSON *targets = cJSON_CreateArray();
	const cJSON *array = NULL, *target;

	if (!array_of(body, "targets", "key and values", &array, reply))
		return false;
	cJSON_ArrayForEach (target, array) {
		if (!add_listed_target(targets, target, reply))
			return false;
	}
	*ret_targets = steal_ptr(targets);
	return *ret_targets != NULL;
}

bool fields_query_flag(const struct request *request, const char *name, bool *ret_flag,
		       struct reply *reply)
{
	const char *text = uri_param(&request->uri, name);

	if (text && strcmp(text, "true") && strcmp(text, "false"))
		return fields_refuse(reply, "%s is not one of true, false", name);
	*ret_flag = text && !strcmp(text, "true");
	return true;
}

bool fields_query_pairs(const struct request *request, const char *name, char **ret_pairs,
			struct reply *reply)
{
	const char *text = uri_param(&request->uri, name);
	_cleanup_json_ cJSON *pairs = NULL;
	_cleanup_free_ char *copy = NULL;
	char *rest, *pair, *equals;

	*ret_pairs = NULL;
	if (!text)
		return true;
	pairs = cJSON_CreateArray();
	rest = copy = strdup(text);
	while (rest && (pair = strsep(&rest, ","))) {
		equals = strchr(pair, '=');
		if (!equals)
			return fields_refuse(reply, "%s is not of the form key=value,key=value",
					     name);
		*equals = '\0';
		if (!rows_pair(pairs, pair, equals + 1))
			return false;
	}
	*ret_pairs = copy && pairs ? cJSON_PrintUnformatted(pairs) : NULL;
	return *ret_pairs != NULL;
}
