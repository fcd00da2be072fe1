/* SPDX-License-Identifier: MIT */
#include "job/known.h"

void known_finish(struct known_jobs *known)
{
	line_set_finish(&known->ids);
	*known = (struct known_jobs){0};
}

int known_parse(const char *text, size_t size, struct known_jobs *ret_known)
{
	struct line_set ids;
	int r = line_set_parse(text, size, &ids);

	if (r == 0)
		*ret_known = (struct known_jobs){.ids = ids};
	return r;
}

bool known_has(const struct known_jobs *known, const char *id)
{
	return line_set_has(&known->ids, id);
}
