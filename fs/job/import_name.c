/* SPDX-License-Identifier: MIT */
/*
 * A job's name may be any text of 128 characters. A file name cannot have '/' or NUL. A leading dot
 * would hide the file, or make it ".." or ".git". A character that a terminal obeys must not be in
 * a name that people list. Each of these characters becomes '_'. So the names of two jobs may
 * become one file name. Then the job IDs in the file names tell the jobs apart.
 *
 * A job's name is cut between two characters, and always to the same length. There is room for an
 * ID behind it. So a file name with an ID begins as the file name without an ID does.
 */
#include "job/import_name.h"

#include <stdio.h>
#include <string.h>

#include "base/shown.h"

#define SUFFIX ".yaml"

/* The most bytes of a job ID in a file name. COC's IDs have 24 or 36 bytes. Of a longer ID the file
 * name has the end: there IDs differ, because the end counts up or is random. */
#define ID_MAX 64

/* Bytes of the number at the end of a name: "-2" to "-9". */
#define NUMBER_SIZE 2

#define STEM_MAX (JOB_NAME_MAX - (sizeof(SUFFIX) - 1) - NUMBER_SIZE - ID_MAX - 1)

/* Copies at most max bytes of a text. A character that a file name must not have becomes '_'.
 * Returns the number of bytes that were written. */
static size_t copy_safely(char *to, size_t max, const char *from)
{
	size_t used = 0, size;

	for (size_t left = strlen(from); left; from += size, left -= size) {
		bool is_safe = shown_char(from, left, &size) && *from != '/';

		if (used + (is_safe ? size : 1) > max)
			break;
		if (is_safe)
			memcpy(to + used, from, size);
		else
			to[used] = '_';
		used += is_safe ? size : 1;
	}
	return used;
}

/* Returns the end of an ID: at most ID_MAX bytes, from the beginning of a UTF-8 character on. */
static const char *end_of_id(const char *id)
{
	size_t size = strlen(id);

	if (size <= ID_MAX)
		return id;
	id += size - ID_MAX;
	while (((unsigned char)*id & 0xc0) == 0x80)
		id++;
	return id;
}

void import_name_make(const char *job_name, const char *job_id, unsigned number,
		      char ret_name[IMPORT_NAME_ROOM])
{
	size_t used = copy_safely(ret_name, STEM_MAX, job_name);

	if (!used)
		ret_name[used++] = '_';
	if (ret_name[0] == '.')
		ret_name[0] = '_';
	if (number) {
		ret_name[used++] = '-';
		used += copy_safely(ret_name + used, ID_MAX, end_of_id(job_id));
	}
	if (number > 1)
		used += (size_t)snprintf(ret_name + used, NUMBER_SIZE + 1, "-%u", number % 10);
	memcpy(ret_name + used, SUFFIX, sizeof(SUFFIX));
}
