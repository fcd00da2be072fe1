/* SPDX-License-Identifier: MIT */
/* Fills and sends the answer (struct fuse_entry_param) for a name that has a file in the spool. */
#define _GNU_SOURCE
#include "space/entry.h"

#include <errno.h>

#include "space/import.h"
#include "space/location.h"
#include "space/file_version.h"
#include "space/timeouts.h"

int entry_fill(struct space *space, struct node *parent, const char *name,
	       struct fuse_entry_param *ret_entry)
{
	struct location location = {
		.dirfd = node_dirfd(&space->nodes, parent), .name = name, .fd = -1};
	struct fuse_entry_param entry = {0};
	struct node *node;
	int r;

	if (location.dirfd < 0)
		return location.dirfd;
	r = location_stat(&location, &entry.attr);
	if (r < 0)
		return r;
	r = file_version_show(space, parent, name, &entry.attr, &entry.attr_timeout);
	if (r == 0)
		r = node_enter(&space->nodes, parent, name, &entry.attr, &node);
	if (r < 0)
		return r;
	entry.ino = node_id(&space->nodes, node);
	/* the kernel must not keep a name such as a.yaml.id. It may become a sibling's name when
	 * a.yaml is made, or when a directory above is renamed */
	entry.entry_timeout = name_sibling(name, NULL)
				      ? UNKEPT_TIMEOUT_S
				      : import_name_timeout_s(space, parent, name, true);
	*ret_entry = entry;
	return 0;
}

void entry_reply(fuse_req_t req, struct node *parent, const char *name)
{
	struct space *space = space_of(req);
	struct fuse_entry_param entry;
	int r = entry_fill(space, parent, name, &entry);

	if (r < 0)
		reply(req, r);
	else if (fuse_reply_entry(req, &entry) == -ENOENT)
		node_forget(&space->nodes, node_of(&space->nodes, entry.ino), 1);
}
