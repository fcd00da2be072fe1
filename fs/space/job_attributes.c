/* SPDX-License-Identifier: MIT */
/*
 * A commit collects the attributes of all directories above its file. Most directories have none.
 * To see that a directory has none takes an open descriptor and a system call, and there may be a
 * hundred directories. So the node of a directory remembers that the directory has none (is_plain),
 * until op_setxattr() sets one. No other function sets user.coc.* attributes of directories.
 */
#define _GNU_SOURCE
#include "space/job_attributes.h"
#include "space/location.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/xattr.h>

#include "base/log.h"
#include "bounds/job.h"

#define XATTR_LIST_MAX 65536 /* bytes; the kernel makes no longer list */
#define FEW_NAMES 1024
#define NAME_ROOM 64 /* room for the longest name user.coc.*, in bytes */

static ssize_t list_xattrs(const char *path, bool follow, char *names, size_t room)
{
	return follow ? listxattr(path, names, room) : llistxattr(path, names, room);
}

static ssize_t get_xattr(const char *path, bool follow, const char *name, char *value, size_t room)
{
	return follow ? getxattr(path, name, value, room) : lgetxattr(path, name, value, room);
}

static bool is_ours(const char *xattr)
{
	return !strncmp(xattr, ATTR_XATTR_PREFIX, strlen(ATTR_XATTR_PREFIX));
}

/* Copies one user.coc.* attribute into set, unless set has that attribute already. Returns 0, also
 * if the file has lost the attribute by now. Otherwise fills err, and returns -EINVAL (no such
 * attribute of a job, or a bad value) or another -errno. */
static int take_attribute(const char *path, bool follow, const char *xattr, struct attr_set *set,
			  struct err *err)
{
	char value[ATTR_VALUE_MAX + 1];
	int attr = attr_from_xattr(xattr), r;
	ssize_t size;

	if (attr < 0)
		return err_set(err, EINVAL, "%s is not an attribute of a job", xattr);
	size = get_xattr(path, follow, xattr, value, sizeof(value));
	if (size < 0 && errno == ERANGE)
		return err_set(err, EINVAL, "%s is longer than %d bytes", xattr, ATTR_VALUE_MAX);
	if (size < 0)
		return errno == ENODATA ? 0
					: err_set(err, errno, "%s cannot be read: %s", xattr,
						  strerror(errno));
	r = attr_check((enum attr)attr, value, (size_t)size, err);
	if (r < 0)
		err_detail(err, "what_to_do",
			   "set a good value, or remove the attribute: setfattr -x %s FILE", xattr);
	if (r == 0 && attr_set_default(set, (enum attr)attr, value, (size_t)size) < 0)
		r = err_set(err, ENOMEM, "out of memory");
	return r;
}

/* Copies all user.coc.* attributes of a file or directory into set; an attribute that set has
 * already stays as it is. Returns how many user.coc.* attributes the file has, or -errno with err
 * filled. */
static int take_attributes(const struct location *location, struct attr_set *set, struct err *err)
{
	char few[FEW_NAMES], path[LOCATION_PATH_MAX], *names = few;
	_cleanup_free_ char *many = NULL;
	bool follow;
	int r = 0, taken = 0;
	ssize_t size;

	location_path(location, path, &follow);
	size = list_xattrs(path, follow, names, sizeof(few));
	if (size < 0 && errno == ERANGE) {
		many = malloc(XATTR_LIST_MAX);
		size = many ? list_xattrs(path, follow, many, XATTR_LIST_MAX) : -1;
		names = many;
	}
	if (size < 0)
		return err_set(err, errno, "the attributes cannot be read: %s", strerror(errno));
	for (const char *name = names; r == 0 && name < names + size; name += strlen(name) + 1) {
		if (!is_ours(name))
			continue;
		r = take_attribute(path, follow, name, set, err);
		taken++;
	}
	return r < 0 ? r : taken;
}

int job_attributes_collect(struct space *space, const struct location *location,
			   struct node *parent, struct attr_set *own, struct attr_set *inherited,
			   struct err *err)
{
	int added, r = take_attributes(location, own, err);

	for (struct node *dir = parent; r >= 0 && dir; dir = dir->link.parent) {
		struct location at = {.dirfd = -1};

		if (dir->is_plain)
			continue;
		at.fd = node_dirfd(&space->nodes, dir);
		if (at.fd < 0)
			return err_set(err, -at.fd, "a directory cannot be opened: %s",
				       strerror(-at.fd));
		r = take_attributes(&at, inherited, err);
		dir->is_plain = r == 0;
	}
	if (r < 0)
		return r;
	added = attr_set_merge(inherited, &space->options->defaults);
	if (added < 0)
		return err_set(err, ENOMEM, "out of memory");
	inherited->defaulted |= (unsigned)added;
	return 0;
}

/* Writes the name of the extended attribute that holds an attribute of jobs. */
static void xattr_of(enum attr attr, char ret_name[NAME_ROOM])
{
	snprintf(ret_name, NAME_ROOM, ATTR_XATTR_PREFIX "%s", attr_field(attr));
}

int job_attributes_put(const struct location *location, enum attr attr, const char *value)
{
	char path[LOCATION_PATH_MAX], name[NAME_ROOM];
	bool follow;
	int r;

	location_path(location, path, &follow);
	xattr_of(attr, name);
	r = follow ? setxattr(path, name, value, strlen(value), 0)
		   : lsetxattr(path, name, value, strlen(value), 0);
	return r < 0 ? -errno : 0;
}

void job_attributes_take_back(const struct location *location, unsigned attrs)
{
	char path[LOCATION_PATH_MAX], name[NAME_ROOM];
	bool follow;

	location_path(location, path, &follow);
	for (int i = 0; i < ATTR_COUNT; i++) {
		if (!(attrs & (1U << i)))
			continue;
		xattr_of((enum attr)i, name);
		if ((follow ? removexattr(path, name) : lremovexattr(path, name)) < 0)
			log_warning("%s cannot be removed from a file again: %s", name,
				    strerror(errno));
	}
}
