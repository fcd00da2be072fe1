/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "mountpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>

#include "base/log.h"

void mountpoint_set_nosymfollow(const char *mountpoint)
{
	struct mount_attr attr = {.attr_set = MOUNT_ATTR_NOSYMFOLLOW};

	/* neither libfuse nor fusermount3 knows the option */
	if (mount_setattr(AT_FDCWD, mountpoint, AT_SYMLINK_NOFOLLOW, &attr, sizeof(attr)) < 0)
		log_warning(
			"-o nosymfollow has no effect: %s; only root can have it, with Linux 5.14 "
			"or later",
			strerror(errno));
}
