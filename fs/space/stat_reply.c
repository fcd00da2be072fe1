/* SPDX-License-Identifier: MIT */
/* Sets the times of a file, and answers GETATTR and SETATTR with the present attributes. */
#define _GNU_SOURCE
#include "space/stat_reply.h"

#include <errno.h>
#include <fcntl.h>

#include "space/control.h"
#include "space/location.h"
#include "space/file_version.h"
#include "space/sibling.h"
#include "space/timeouts.h"

/* Returns one time for utimensat(2). set and now: the bits of to_set that ask for the given time,
 * and for the present time. With neither bit, returns UTIME_OMIT: the time stays as it is. */
static struct timespec wanted_time(const struct timespec *given, int to_set, int set, int now)
{
	if (to_set & now)
		return (struct timespec){.tv_nsec = UTIME_NOW};
	if (to_set & set)
		return *given;
	return (struct timespec){.tv_nsec = UTIME_OMIT};
}

static int set_times(const char *path, bool follow, const struct stat *attr, int to_set)
{
	struct timespec times[] = {
		wanted_time(&attr->st_atim, to_set, FUSE_SET_ATTR_ATIME, FUSE_SET_ATTR_ATIME_NOW),
		wanted_time(&attr->st_mtim, to_set, FUSE_SET_ATTR_MTIME, FUSE_SET_ATTR_MTIME_NOW),
	};

	return utimensat(AT_FDCWD, path, times, follow ? 0 : AT_SYMLINK_NOFOLLOW) < 0 ? -errno : 0;
}

int stat_set_times(struct space *space, struct node *node, const struct stat *attr, int to_set)
{
	const int times = FUSE_SET_ATTR_ATIME | FUSE_SET_ATTR_MTIME | FUSE_SET_ATTR_ATIME_NOW |
			  FUSE_SET_ATTR_MTIME_NOW;
	char path[LOCATION_PATH_MAX];
	struct location location;
	bool follow;
	int r;

	if (node_is_derived(node) || !(to_set & times))
		return 0;
	r = node_location(&space->nodes, node, &location);
	if (r < 0)
		return r;
	location_path(&location, path, &follow);
	return set_times(path, follow, attr, to_set);
}

/* Finds the attributes of a node. is_change: for an answer to SETATTR; false: to GETATTR.
 * *ret_timeout_s: how many seconds the kernel may keep them. Returns 0 or -errno. */
static int stat_node_now(struct space *space, struct node *node, bool is_change,
			 struct stat *ret_st, double *ret_timeout_s)
{
	const struct name *link = &node->link;
	int r;

	*ret_timeout_s = UNKEPT_TIMEOUT_S;
	if (node->kind == NODE_SIBLING)
		return is_change ? sibling_stat(space, node, ret_st)
				 : sibling_get_attributes(space, node, ret_st, ret_timeout_s);
	if (node->kind == NODE_CONTROL)
		return control_stat(space, node, ret_st);
	r = node_stat(&space->nodes, node, ret_st);
	if (r == 0)
		r = file_version_show(space, link->parent, link->name, ret_st, ret_timeout_s);
	return r;
}

static void reply_attributes(fuse_req_t req, struct space *space, struct node *node, bool is_change)
{
	double timeout_s;
	struct stat st;
	int r = stat_node_now(space, node, is_change, &st, &timeout_s);

	if (r < 0)
		reply(req, r);
	else
		fuse_reply_attr(req, &st, timeout_s);
}

void stat_reply(fuse_req_t req, struct space *space, struct node *node)
{
	reply_attributes(req, space, node, false);
}

void stat_reply_changed(fuse_req_t req, struct space *space, struct node *node)
{
	reply_attributes(req, space, node, true);
}
