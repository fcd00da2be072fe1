/* SPDX-License-Identifier: MIT */
#include "base/descriptors.h"

/* The directories get one in 8 of the descriptors that remain after own, within their two
 * bounds. */
#define DIRECTORIES_SHARE 8

static unsigned at_most(unsigned number, unsigned most)
{
	return number < most ? number : most;
}

void descriptors_divide(unsigned all, bool embedded, struct descriptors *ret_descriptors)
{
	const unsigned ends = embedded ? 2 : 1;
	struct descriptors parts = {.all = all, .own = at_most(all / 2, DESCRIPTORS_OWN_MAX)};
	unsigned left;

	if (parts.own < DESCRIPTORS_OWN_LEAST)
		parts.own = DESCRIPTORS_OWN_LEAST;
	left = all - parts.own;
	parts.directories = at_most(left / DIRECTORIES_SHARE, DESCRIPTORS_DIRECTORIES_MAX);
	if (parts.directories < DESCRIPTORS_DIRECTORIES_LEAST)
		parts.directories = DESCRIPTORS_DIRECTORIES_LEAST;
	left -= parts.directories;
	parts.connections = at_most(left / 2 / ends, DESCRIPTORS_CONNECTIONS_MAX);
	parts.users = left - parts.connections * ends;
	*ret_descriptors = parts;
}
