/* SPDX-License-Identifier: MIT */
#include "job/version.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* The most digits of a version's number. So many digits fit into an int, and the service has at
 * most 100 versions of a job. */
#define VERSION_DIGITS_MAX 9

int64_t version_number_of(const char *text, size_t size)
{
	int64_t number = 0;

	if (size < 2 || size > VERSION_DIGITS_MAX + 1 || text[0] != 'v' || text[1] == '0')
		return 0;
	for (size_t i = 1; i < size; i++) {
		if (text[i] < '0' || text[i] > '9')
			return 0;
		number = number * 10 + (text[i] - '0');
	}
	return number;
}

int64_t version_number(const char *text)
{
	return text ? version_number_of(text, strlen(text)) : 0;
}

void version_write(int64_t number, char ret_text[VERSION_ROOM])
{
	snprintf(ret_text, VERSION_ROOM, "v%" PRId64, number);
}
