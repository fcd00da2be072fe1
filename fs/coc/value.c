/* SPDX-License-Identifier: MIT */
#include "coc/value.h"

#include <string.h>

bool value_is_given(const char *value)
{
	return value && *value;
}

bool value_is_plain_text(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (text[i] <= ' ' || text[i] >= 0x7f)
			return false;
	return true;
}

bool value_is_plain(const char *value)
{
	return !value || value_is_plain_text(value, strlen(value));
}

size_t value_trim(const char *text, size_t size)
{
	while (size && strchr(" \t\r\n", text[size - 1]))
		size--;
	return size;
}
