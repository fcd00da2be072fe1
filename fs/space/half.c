/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "space/half.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "base/log.h"
#include "space/directory_story.h"
#include "space/location.h"

#define MARK DIR_STORY_PREFIX "half"

static int change_mark(const char *path, bool follow, bool wanted)
{
	int r;

	if (wanted)
		r = follow ? setxattr(path, MARK, "", 0, 0) : lsetxattr(path, MARK, "", 0, 0);
	else
		r = follow ? removexattr(path, MARK) : lremovexattr(path, MARK);
	return r < 0 ? -errno : 0;
}

/* Sets or removes the mark. Without a write bit only root may change an attribute, so a mount of an
 * ordinary user gives the file a write bit meanwhile. Returns 0 or -errno. */
static int set_mark(const struct location *location, bool wanted)
{
	char path[LOCATION_PATH_MAX];
	struct stat st;
	bool follow;
	int r;

	location_path(location, path, &follow);
	r = change_mark(path, follow, wanted);
	if (r != -EACCES || location_stat(location, &st) < 0 || !S_ISREG(st.st_mode) ||
	    chmod(path, (st.st_mode & 07777) | S_IWUSR) < 0)
		return r;
	r = change_mark(path, follow, wanted);
	if (chmod(path, st.st_mode & 07777) < 0)
		log_warning("a file in the spool keeps a write bit that cocfs has lent it: %s",
			    strerror(errno));
	return r;
}

void half_mark(const struct location *location)
{
	int r = set_mark(location, true);

	if (r < 0)
		log_warning("the spool cannot record that %s may be half of what was meant: %s",
			    location->name ? location->name : "a file", strerror(-r));
}

bool half_is_marked(const struct location *location)
{
	char path[LOCATION_PATH_MAX];
	bool follow;

	location_path(location, path, &follow);
	return (follow ? getxattr(path, MARK, NULL, 0) : lgetxattr(path, MARK, NULL, 0)) >= 0;
}

void half_end(int fd)
{
	const struct location location = {.fd = fd};
	int r = half_is_marked(&location) ? set_mark(&location, false) : 0;

	if (r < 0)
		log_warning("the spool cannot record that a file was written again: %s",
			    strerror(-r));
}
