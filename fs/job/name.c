/* SPDX-License-Identifier: MIT */
#include "job/name.h"

#include <string.h>
#include <strings.h>

static const char *const job_suffixes[] = {".yaml", ".yml"};
static const char *const sibling_suffixes[SIBLING_COUNT] = {"", ".id", ".error"};

/* Returns the length of a text without the suffix. Returns 0 if the text does not end in the
 * suffix, or is only the suffix. */
static size_t length_before(const char *text, size_t length, const char *suffix)
{
	size_t suffix_length = strlen(suffix);

	if (length <= suffix_length || memcmp(text + length - suffix_length, suffix, suffix_length))
		return 0;
	return length - suffix_length;
}

static size_t stem_length(const char *name, size_t length)
{
	if (name[0] == '.')
		return 0;
	for (size_t i = 0; i < sizeof(job_suffixes) / sizeof(job_suffixes[0]); i++) {
		size_t stem = length_before(name, length, job_suffixes[i]);

		if (stem)
			return stem;
	}
	return 0;
}

bool name_is_job(const char *name)
{
	return stem_length(name, strlen(name)) > 0;
}

bool name_is_nearly_job(const char *name)
{
	size_t length = strlen(name);

	if (name[0] == '.' || name_is_job(name))
		return false;
	for (size_t i = 0; i < sizeof(job_suffixes) / sizeof(job_suffixes[0]); i++) {
		size_t suffix = strlen(job_suffixes[i]);

		if (length > suffix && !strcasecmp(name + length - suffix, job_suffixes[i]))
			return true;
	}
	return false;
}

enum sibling name_sibling(const char *name, size_t *ret_job_length)
{
	size_t length = strlen(name);

	for (int i = SIBLING_NONE + 1; i < SIBLING_COUNT; i++) {
		size_t job = length_before(name, length, sibling_suffixes[i]);

		if (job && stem_length(name, job)) {
			if (ret_job_length)
				*ret_job_length = job;
			return (enum sibling)i;
		}
	}
	return SIBLING_NONE;
}

const char *sibling_suffix(enum sibling sibling)
{
	return sibling_suffixes[sibling];
}

size_t name_stem_length(const char *name)
{
	size_t length = strlen(name), stem = stem_length(name, length);

	return stem ? stem : length;
}
