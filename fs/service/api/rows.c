/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "service/api/rows.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

cJSON *rows_append(cJSON *array)
{
	cJSON *object = cJSON_CreateObject();

	if (cJSON_AddItemToArray(array, object))
		return object;
	cJSON_Delete(object);
	return NULL;
}

bool rows_text(cJSON *object, const char *name, const char *text)
{
	return text ? cJSON_AddStringToObject(object, name, text) != NULL
		    : cJSON_AddNullToObject(object, name) != NULL;
}

bool rows_number(cJSON *object, const char *name, int64_t number)
{
	return cJSON_AddNumberToObject(object, name, (double)number) != NULL;
}

bool rows_digits(cJSON *object, const char *name, int64_t number)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRId64, number);
	return rows_text(object, name, text);
}

bool rows_time(cJSON *object, const char *name, int64_t time_ms)
{
	return time_ms ? rows_number(object, name, time_ms) : rows_text(object, name, NULL);
}

bool rows_version(cJSON *object, const char *name, int64_t number)
{
	char text[24];

	snprintf(text, sizeof(text), "v%" PRId64, number);
	return rows_text(object, name, text);
}

bool rows_pair(cJSON *pairs, const char *key, const char *value)
{
	cJSON *pair = rows_append(pairs);

	return pair && rows_text(pair, "key", key) && rows_text(pair, "value", value);
}

bool rows_json(cJSON *object, const char *name, const char *text)
{
	cJSON *value = NULL;

	if (json_parse(text, strlen(text), &value) < 0)
		return false;
	if (cJSON_AddItemToObject(object, name, value))
		return true;
	cJSON_Delete(value);
	return false;
}
