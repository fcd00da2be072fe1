/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "base/json.h"

#include <errno.h>
#include <math.h>
#include <string.h>

/* True if the text spells a NUL: an odd run of backslashes before "u0000". */
static bool spells_nul(const char *text, size_t size)
{
	const char *end = text + size, *at = text;

	while ((at = memmem(at, (size_t)(end - at), "u0000", 5))) {
		const char *back = at;

		while (back > text && back[-1] == '\\')
			back--;
		if ((at - back) % 2 == 1)
			return true;
		at++;
	}
	return false;
}

int json_parse(const char *text, size_t size, cJSON **ret_value)
{
	_cleanup_json_ cJSON *value = NULL;
	const char *end = NULL;

	if (memchr(text, '\0', size))
		return -EINVAL;
	if (spells_nul(text, size))
		return -EILSEQ;
	/* cJSON looks for an end within the given length when no terminator is asked for */
	value = cJSON_ParseWithLengthOpts(text, size, &end, false);
	if (!value)
		return -EINVAL;
	for (; end < text + size; end++)
		if (!strchr(" \t\r\n", *end))
			return -EINVAL;
	*ret_value = steal_ptr(value);
	return 0;
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
	if (!cJSON_IsString(member) || !member->valuestring[0])
		return false;
	errno = 0;
	number = strtoll(member->valuestring, &end, 10);
	if (errno || *end)
		return false;
	*ret_number = number;
	return true;
}
