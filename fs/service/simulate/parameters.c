/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "service/simulate/parameters.h"

#include <errno.h>
#include <string.h>

#define OPENING "{{"
#define PREFIX "$globals."
#define CLOSING "}}"
#define BLANKS " \t"

/* Finds the first reference "{{$globals.NAME}}" in a text. Returns where the reference begins; NULL
 * if there is none. *ret_name and *ret_size: NAME, without a NUL at its end. *ret_end: the text
 * behind the reference. */
static const char *find_parameter(const char *text, const char **ret_name, size_t *ret_size,
				  const char **ret_end)
{
	for (const char *at = text; (at = strstr(at, OPENING)); at++) {
		const char *name = at + strlen(OPENING), *end;

		name += strspn(name, BLANKS);
		if (strncmp(name, PREFIX, strlen(PREFIX)))
			continue;
		name += strlen(PREFIX);
		*ret_name = name;
		*ret_size = strcspn(name, BLANKS "{}");
		end = name + *ret_size;
		end += strspn(end, BLANKS);
		if (*ret_size && !strncmp(end, CLOSING, strlen(CLOSING))) {
			*ret_end = end + strlen(CLOSING);
			return at;
		}
	}
	return NULL;
}

bool globals_named(const char *text, const char *name)
{
	const char *found;
	size_t size;

	while (find_parameter(text, &found, &size, &text))
		if (strlen(name) == size && !memcmp(name, found, size))
			return true;
	return false;
}

/* Appends the value of a parameter: the value that the execution gives, or else the document's
 * default. Returns 0, -ENOENT if there is neither, or -ENOMEM. */
static int append_value(const struct globals *globals, const char *name, struct buf *out)
{
	_cleanup_free_ char *printed = NULL;
	const cJSON *parameter, *value;
	const char *key;

	cJSON_ArrayForEach (parameter, globals->parameters) {
		key = json_get_string(parameter, "key");
		value = json_get(parameter, "value");
		if (key && !strcmp(key, name) && cJSON_IsString(value))
			return buf_puts(out, value->valuestring);
	}
	value = json_get(json_get(globals->inputs, name), "default");
	if (!value || cJSON_IsNull(value))
		return -ENOENT;
	if (cJSON_IsString(value))
		return buf_puts(out, value->valuestring);
	printed = cJSON_PrintUnformatted(value);
	return printed ? buf_puts(out, printed) : -ENOMEM;
}

int globals_fill(const struct globals *globals, const char *text, size_t max, struct buf *out,
		 char **ret_missing)
{
	const char *at, *name, *end;
	size_t size;
	int r = 0;

	while (r == 0 && (at = find_parameter(text, &name, &size, &end))) {
		_cleanup_free_ char *copy = strndup(name, size);

		if (!copy)
			return -ENOMEM;
		buf_append(out, text, (size_t)(at - text));
		r = append_value(globals, copy, out);
		if (r == -ENOENT)
			*ret_missing = steal_ptr(copy);
		if (r == 0 && out->size > max)
			r = -E2BIG;
		text = end;
	}
	if (r == 0)
		r = buf_puts(out, text);
	return r == 0 && out->size > max ? -E2BIG : r;
}
