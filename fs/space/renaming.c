/* SPDX-License-Identifier: MIT */
/* The two ends of a rename or a link. */
#define _GNU_SOURCE
#include "space/renaming.h"

#include <errno.h>

#include "space/job_name.h"
#include "space/location.h"

int end_look(struct space *space, struct node *parent, const char *name, struct end *ret_end)
{
	struct location location = {
		.dirfd = node_dirfd(&space->nodes, parent), .name = name, .fd = -1};
	int r;

	*ret_end = (struct end){.parent = parent, .name = name};
	if (location.dirfd < 0)
		return location.dirfd;
	r = location_stat(&location, &ret_end->st);
	if (r < 0 && r != -ENOENT)
		return r;
	ret_end->exists = r == 0;
	ret_end->is_job = job_name_is(space, parent, name);
	return 0;
}

const struct stat *renaming_replaced(const struct renaming *renaming)
{
	const struct end *to = &renaming->to;

	return to->exists && S_ISREG(to->st.st_mode) ? &to->st : NULL;
}
