/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "base/json.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"

/* Returns the offset of the quote that ends a string; size or more if there is none. at: the offset
 * behind the opening quote. */
static size_t string_end(const char *text, size_t size, size_t at)
{
	const char *quote = memchr(text + at, '"', size - at);

	/* Look for a backslash with memchr() first: it is fast, and most strings have no escape. */
	if (!quote || !memchr(text + at, '\\', (size_t)(quote - text) - at))
		return quote ? (size_t)(quote - text) : size;
	while (at < size && text[at] != '"')
		at += text[at] == '\\' ? 2 : 1;
	return at;
}

bool json_is_within(const char *text, size_t size, size_t values_max, size_t depth_max)
{
	size_t values = 1, depth = 0;

	for (size_t at = 0; at < size && values <= values_max && depth <= depth_max; at++) {
		switch (text[at]) {
		case '"':
			at = string_end(text, size, at + 1);
			break;
		case '[':
		case '{':
			depth++;
			values++;
			break;
		case ']':
		case '}':
			depth -= depth > 0;
			break;
		case ',':
			values++;
			break;
		}
	}
	return values <= values_max && depth <= depth_max;
}

/* Finds the first escape "\u0000" from the offset at on. Skips one whose backslash is escaped by
 * another backslash. Returns the offset of the backslash, or size if there is none. */
static size_t find_nul(const char *text, size_t size, size_t at)
{
	for (; at < size; at++) {
		if (text[at] != '\\')
			continue;
		if (size - at > 5 && !memcmp(text + at + 1, "u0000", 5))
			return at;
		at++; /* skip the escaped character: it may be a backslash */
	}
	return size;
}

void json_replace_nul(char *text, size_t size)
{
	for (size_t at = find_nul(text, size, 0); at < size; at = find_nul(text, size, at + 6))
		text[at + 5] = '1';
}

int json_parse(const char *text, size_t size, cJSON **ret_value)
{
	_cleanup_json_ cJSON *value = NULL;
	const char *end = NULL;

	if (memchr(text, '\0', size))
		return -EINVAL;
	if (find_nul(text, size, 0) < size)
		return -EILSEQ;
	/* false: cJSON expects no NUL behind the value, and so reads nothing beyond size bytes */
	value = cJSON_ParseWithLengthOpts(text, size, &end, false);
	if (!value)
		return -EINVAL;
	for (; end < text + size; end++)
		if (!strchr(" \t\r\n", *end))
			return -EINVAL;
	*ret_value = steal_ptr(value);
	return 0;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Are all names of an object different? Returns 1 (yes), 0 (no) or -ENOMEM. */
static int has_own_names(const cJSON *object)
{
	size_t n = (size_t)cJSON_GetArraySize(object), i = 0;
	_cleanup_free_ const char **names = calloc(n + 1, sizeof(*names));
	const cJSON *member;

	if (!names)
		return -ENOMEM;
	cJSON_ArrayForEach (member, object)
		names[i++] = member->string;
	qsort(names, n, sizeof(*names), compare_names);
	for (i = 1; i < n; i++)
		if (!strcmp(names[i - 1], names[i]))
			return 0;
	return 1;
}

int json_is_clear(const cJSON *value)
{
	const cJSON *member;
	int r = cJSON_IsObject(value) ? has_own_names(value) : 1;

	if (r != 1 || (!cJSON_IsObject(value) && !cJSON_IsArray(value)))
		return r;
	cJSON_ArrayForEach (member, value) {
		r = json_is_clear(member);
		if (r != 1)
			break;
	}
	return r;
}

void json_wipe(cJSON *value)
{
	for (; value; value = value->next) {
		if (value->valuestring)
			secret_wipe(value->valuestring, strlen(value->valuestring));
		json_wipe(value->child);
	}
}

const cJSON *json_get(const cJSON *value, const char *name)
{
	return cJSON_IsObject(value) ? cJSON_GetObjectItemCaseSensitive(value, name) : NULL;
}

const char *json_get_string(const cJSON *value, const char *name)
{
	const cJSON *member = json_get(value, name);

	return cJSON_IsString(member) ? member->valuestring : NULL;
}

/* Is the text an integer as JSON writes one: no blank, no "+", no zero before other digits? "-0" is
 * refused, too. */
static bool is_plain_integer(const char *text)
{
	bool negative = text[0] == '-';
	const char *digits = text + negative;

	return digits[0] && !digits[strspn(digits, "0123456789")] &&
	       (digits[0] != '0' || (!digits[1] && !negative));
}

bool json_get_int(const cJSON *value, const char *name, int64_t *ret_number)
{
	const cJSON *member = json_get(value, name);
	char *end;
	long long number;

	if (cJSON_IsNumber(member)) {
		double d = member->valuedouble;

		if (!isfinite(d) || d != trunc(d) || d < -9007199254740992.0 ||
		    d > 9007199254740992.0)
			return false;
		*ret_number = (int64_t)d;
		return true;
	}
	if (!cJSON_IsString(member) || !is_plain_integer(member->valuestring))
		return false;
	errno = 0;
	number = strtoll(member->valuestring, &end, 10);
	if (errno || *end)
		return false;
	*ret_number = number;
	return true;
}
