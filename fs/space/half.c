/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "space/half.h"

#include <errno.h>
#include <string.h>
#include <sys/xattr.h>

#include "base/log.h"
#include "space/directory_story.h"

#define MARK DIR_STORY_PREFIX "half"

void half_mark(const struct location *location)
{
	char path[LOCATION_PATH_MAX];
	bool follow;

	location_path(location, path, &follow);
	if ((follow ? setxattr(path, MARK, "", 0, 0) : lsetxattr(path, MARK, "", 0, 0)) < 0)
		log_warning("the spool cannot record that %s may be half of what was meant: %s",
			    location->name ? location->name : "a file", strerror(errno));
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
	if (fgetxattr(fd, MARK, NULL, 0) >= 0 && fremovexattr(fd, MARK) < 0)
		log_warning("the spool cannot record that a file was written again: %s",
			    strerror(errno));
}
