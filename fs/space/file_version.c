/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "space/file_version.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "space/checks.h"
#include "space/claim_row.h"
#include "space/content_read.h"
#include "space/import.h"
#include "space/job_name.h"
#include "space/location.h"
#include "space/path.h"
#include "space/timeouts.h"
#include "submit/show.h"
#include "submit/freshness.h"

int file_version_find(struct space *space, const struct node *parent, const char *name,
		      const struct stat *st, struct freshness *ret_fresh)
{
	_cleanup_free_ char *path = NULL;
	int r;

	if (!S_ISREG(st->st_mode) || !job_name_is(space, parent, name))
		return -ENOENT;
	r = node_path_of(parent, name, &path);
	if (r == 0)
		r = freshness_find(space->engine, path, ret_fresh);
	if (r == 0 && !claim_is_of(space, &ret_fresh->holding, st->st_uid))
		r = -ENOENT;
	return r;
}

int file_version_of_node(struct space *space, struct node *node, struct stat *ret_st,
			 struct freshness *ret_fresh)
{
	const struct name *link = node_job_name(space, node);
	int r = link ? node_stat(&space->nodes, node, ret_st) : -ENOENT;

	return r < 0 ? r : file_version_find(space, link->parent, link->name, ret_st, ret_fresh);
}

int file_version_digest(struct space *space, struct node *node,
			unsigned char ret_digest[CONTENT_DIGEST_SIZE])
{
	struct location location;
	int r = node_location(&space->nodes, node, &location);

	return r < 0 ? r : content_read_digest(&location, -1, ret_digest);
}

bool file_version_has_text(struct space *space, struct node *node, const struct freshness *fresh)
{
	unsigned char digest[CONTENT_DIGEST_SIZE];

	return fresh->has_digest && file_version_digest(space, node, digest) == 0 &&
	       !memcmp(digest, fresh->digest, sizeof(digest));
}

bool file_version_can_check(const struct space *space)
{
	return loop_now_ms(space->loop) >= space->refresh_slow_until_ms &&
	       show_check(space->engine) == 0;
}

/* Returns how many seconds the kernel may keep the attributes of a name: 0 if a newer version is
 * known (is_behind), or if a check of the file's version is due and checks_take_look() allows one
 * more. Otherwise most_s, or the time until the next check if that is shorter. */
static double attributes_timeout_s(struct space *space, const struct node *parent, const char *name,
				   const struct stat *st)
{
	double most_s = parent ? import_name_timeout_s(space, parent, name, true) : SPOOL_TIMEOUT_S;
	struct freshness fresh;

	if (!parent || file_version_find(space, parent, name, st, &fresh) != 0 || !fresh.is_settled)
		return most_s;
	if (fresh.is_behind)
		return 0;
	if (!fresh.due_ms && !checks_take_look(space))
		return most_s;
	return (double)fresh.due_ms / 1000 < most_s ? (double)fresh.due_ms / 1000 : most_s;
}

int file_version_show(struct space *space, const struct node *parent, const char *name,
		      struct stat *st, double *ret_timeout_s)
{
	double timeout_s = attributes_timeout_s(space, parent, name, st);
	bool is_due;
	int r = import_view(space, parent, name, st, &is_due);

	if (r == 0)
		*ret_timeout_s = is_due ? 0 : timeout_s;
	return r;
}

bool file_version_is_due(struct space *space, const struct node *parent, const char *name,
			 const struct stat *st)
{
	struct freshness fresh;

	return file_version_can_check(space) &&
	       file_version_find(space, parent, name, st, &fresh) == 0 && fresh.is_settled &&
	       (!fresh.due_ms || fresh.is_behind) && checks_take_look(space);
}
