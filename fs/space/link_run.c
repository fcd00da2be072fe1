/* SPDX-License-Identifier: MIT */
/* Carries out a link: in the spool, and in the nodes. */
#define _GNU_SOURCE
#include "space/link_run.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "space/entry.h"
#include "space/location.h"
#include "space/new_name.h"

static int link_spool(struct space *space, struct node *source, struct node *to_parent,
		      const char *to_name)
{
	char path[LOCATION_PATH_MAX];
	_cleanup_close_ int to_fd = node_hold_dirfd(&space->nodes, to_parent);
	struct location location;
	bool follow;
	int r = to_fd < 0 ? to_fd : node_location(&space->nodes, source, &location);

	if (r < 0)
		return r;
	location_path(&location, path, &follow);
	return linkat(AT_FDCWD, path, to_fd, to_name, follow ? AT_SYMLINK_FOLLOW : 0) < 0 ? -errno
											  : 0;
}

void link_reply(fuse_req_t req, struct space *space, struct node *source, struct node *to_parent,
		const char *to_name)
{
	int r = link_spool(space, source, to_parent, to_name);

	if (r < 0) {
		reply(req, r);
		return;
	}
	name_is_made(space, to_parent, to_name, source->is_regular ? S_IFREG : S_IFLNK);
	entry_reply(req, to_parent, to_name);
}
