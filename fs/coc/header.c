/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "coc/header.h"

#include <string.h>
#include <strings.h>

#include "coc/value.h"

const char *header_value(const char *line, size_t size, const char *name, size_t *ret_size)
{
	size_t length = strlen(name);

	if (size <= length || strncasecmp(line, name, length) || line[length] != ':')
		return NULL;
	line += length + 1;
	size -= length + 1;
	while (size && strchr(" \t", *line)) {
		line++;
		size--;
	}
	size = value_trim(line, size);
	if (memchr(line, '\0', size))
		return NULL;
	*ret_size = size;
	return line;
}

void header_take(const char *line, size_t size, const char *name, char *to, size_t room)
{
	const char *value = header_value(line, size, name, &size);

	if (!value || size >= room)
		return;
	memcpy(to, value, size);
	to[size] = '\0';
}
