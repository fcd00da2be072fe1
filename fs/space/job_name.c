/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "space/job_name.h"
#include "space/path.h"

#include <errno.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "submit/imports.h"

/* Does a name that the option ignore= matches have a job all the same: a binding or a submission in
 * the ledger, or an import? (An import is a job that no path has, shown as a file.) If the ledger
 * cannot be read, the answer is yes. */
static bool has_job(struct space *space, const struct node *dir, const char *name)
{
	_cleanup_free_ char *path = NULL;
	struct import_glance glance;
	int r = node_path_of(dir, name, &path);

	if (r == -ENAMETOOLONG) /* a path that is too long is not in the ledger */
		return false;
	if (r == 0)
		r = submit_ask(space->engine, PATH_HAS_JOB, path);
	if (r == 0 && dir == &space->nodes.root)
		r = imports_glance(space->engine, path, &glance) != -ENOENT;
	return r != 0;
}

bool job_name_is(struct space *space, const struct node *dir, const char *name)
{
	return name_is_job(name) && !node_is_hidden(dir) &&
	       (!ignore_matches(space->options->ignore, name) || has_job(space, dir, name));
}

enum sibling job_name_sibling(struct space *space, const struct node *dir, const char *name,
			      size_t *ret_job_length)
{
	char job[NAME_MAX + 1];
	size_t length = 0;
	enum sibling sibling = name_sibling(name, &length);

	if (!sibling || node_is_hidden(dir))
		return SIBLING_NONE;
	snprintf(job, sizeof(job), "%.*s", (int)length, name);
	if (!job_name_is(space, dir, job))
		return SIBLING_NONE;
	if (ret_job_length)
		*ret_job_length = length;
	return sibling;
}

const struct name *node_job_name(struct space *space, const struct node *node)
{
	if (!node->is_regular)
		return NULL;
	for (const struct name *link = &node->link; link && link->parent; link = link->next)
		if (job_name_is(space, link->parent, link->name))
			return link;
	return NULL;
}
