/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "service/api/fields.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/utf8.h"
#include "service/api/fields_private.h"
#include "service/bounds.h"

#define DIGITS "0123456789"
#define NUMBER_DIGITS_MAX 18 /* 18 digits always fit into an int64_t */

bool fields_body(const struct request *request, cJSON **ret_body, struct reply *reply)
{
	_cleanup_json_ cJSON *body = NULL;
	int r;

	if (utf8_valid_prefix(request->body, request->body_size) != request->body_size)
		return fields_refuse(reply, "the body is not UTF-8");
	if (!json_is_within(request->body, request->body_size, SERVICE_JSON_VALUES_MAX, SIZE_MAX))
		return fields_refuse(reply, "the body has more than %d JSON values",
				     SERVICE_JSON_VALUES_MAX);
	r = json_parse(request->body, request->body_size, &body);
	if (r == -ENOMEM)
		return false;
	if (r == -EILSEQ)
		return fields_refuse(reply, "the body has \\u0000 in a string: no text of this "
					    "API may hold a NUL");
	if (r < 0)
		return fields_refuse(reply, "the body is not valid JSON");
	if (!cJSON_IsObject(body))
		return fields_refuse(reply, "the body is not a JSON object");
	*ret_body = steal_ptr(body);
	return true;
}

bool fields_body_if_any(const struct request *request, cJSON **ret_body, struct reply *reply)
{
	if (request->body_size)
		return fields_body(request, ret_body, reply);
	*ret_body = cJSON_CreateObject();
	return *ret_body != NULL;
}

bool fields_text(const cJSON *body, const struct field *field, const char **ret_text,
		 struct reply *reply)
{
	const cJSON *member = json_get(body, field->name);
	const char *text = NULL, *unit = field->in_bytes ? "bytes of UTF-8" : "characters";
	size_t length;

	if (!member || cJSON_IsNull(member)) {
		if (field->required)
			return fields_refuse(reply, "%s is missing", field->name);
		*ret_text = NULL;
		return true;
	}
	if (!cJSON_IsString(member))
		return fields_refuse(reply, "%s is not a string", field->name);
	text = member->valuestring;
	length = field->in_bytes ? strlen(text) : utf8_chars(text, strlen(text));
	if (length < field->min || length > field->max)
		return fields_refuse(reply, "%s has %zu %s; %zu to %zu are allowed", field->name,
				     length, unit, field->min, field->max);
	*ret_text = text;
	return true;
}

bool fields_risk_level(const cJSON *body, bool required, const char **ret_level,
		       struct reply *reply)
{
	static const char *const levels[] = {"LOW", "MEDIUM", "HIGH"};
	const struct field field = {"risk_level", required, false, 0, SIZE_MAX};
	const char *level = NULL;

	if (!fields_text(body, &field, &level, reply))
		return false;
	if (!required && (!level || !*level)) {
		*ret_level = NULL;
		return true;
	}
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		if (!strcmp(level, levels[i])) {
			*ret_level = levels[i];
			return true;
		}
	}
	return fields_refuse(reply, "risk_level is not one of LOW, MEDIUM, HIGH");
}

bool fields_tags(const cJSON *body, char **ret_tags, struct reply *reply)
{
	static const struct pairs_field field = {"tags", SIZE_MAX, SIZE_MAX, SIZE_MAX};
	_cleanup_json_ cJSON *kept = NULL;
	char *text;

	if (!fields_pairs(body, &field, &kept, reply))
		return false;
	text = cJSON_PrintUnformatted(kept);
	if (!text)
		return false;
	*ret_tags = text;
	return true;
}

bool fields_query_text(const struct request *request, const char *name, size_t max,
		       const char **ret_text, struct reply *reply)
{
	const char *text = uri_param(&request->uri, name);

	if (text && utf8_chars(text, strlen(text)) > max)
		return fields_refuse(reply, "%s has more than %zu characters", name, max);
	*ret_text = text;
	return true;
}

bool fields_query_number(const struct request *request, const char *name, int64_t min, int64_t max,
			 int64_t fallback, int64_t *ret_number, struct reply *reply)
{
	const char *text = uri_param(&request->uri, name);
	size_t digits = text ? strspn(text, DIGITS) : 0;
	int64_t number = text ? strtoll(text, NULL, 10) : fallback;

	if (text && (text[digits] || digits > NUMBER_DIGITS_MAX || number < min || number > max))
		return fields_refuse(reply, "%s is not a number from %" PRId64 " to %" PRId64, name,
				     min, max);
	*ret_number = number;
	return true;
}

bool fields_query_page(const struct request *request, int64_t *ret_limit, int64_t *ret_offset,
		       struct reply *reply)
{
	return fields_query_number(request, "limit", 1, SERVICE_LIST_MAX, SERVICE_LIST_DEFAULT,
				   ret_limit, reply) &&
	       fields_query_number(request, "offset", 0, INT32_MAX, 0, ret_offset, reply);
}

bool fields_type(const char *type, bool *ret_public, struct reply *reply)
{
	/* sources disagree on the word for a user's own documents: both words are accepted */
	if (type && *type && strcmp(type, "PRIVATE") && strcmp(type, "NORMAL") &&
	    strcmp(type, "PUBLIC"))
		return fields_refuse(reply, "document_type is not one of PRIVATE, NORMAL, PUBLIC");
	*ret_public = type && !strcmp(type, "PUBLIC");
	return true;
}

bool fields_version(const char *text, int64_t *ret_version, struct reply *reply)
{
	size_t digits;
	int64_t number;

	if (!text || !*text) {
		*ret_version = 0;
		return true;
	}
	digits = *text == 'v' ? strspn(text + 1, DIGITS) : 0;
	number = digits ? strtoll(text + 1, NULL, 10) : 0;
	if (!digits || digits > NUMBER_DIGITS_MAX || text[digits + 1] || text[1] == '0')
		return fields_refuse(reply, "version is not of the form v1, v2, …");
	*ret_version = number;
	return true;
}
