/* SPDX-License-Identifier: MIT */
/*
 * Lists extended attributes. A mount by root reads the spool as root, so it gets more names than
 * the caller may see. In every file system trusted.* is only for processes with CAP_SYS_ADMIN.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>

#include "base/cleanup.h"
#include "space/location.h"
#include "space/ops.h"
#include "space/sibling.h"
#include "space/proc.h"
#include "space/xattr.h"

#define NAMES_MAX 65536 /* the kernel's XATTR_LIST_MAX: no list is longer */
#define TRUSTED "trusted."

/* May the caller see trusted.* attributes? Only uid 0 with CAP_SYS_ADMIN. A capability in a user
 * namespace does not count, and root of such a namespace is not uid 0 here. The answer is no for a
 * process that we cannot see. */
static bool may_see_trusted(fuse_req_t req)
{
	const struct fuse_ctx *ctx = fuse_req_ctx(req);

	return ctx->uid == 0 && ctx->pid && proc_has_capability(ctx->pid, CAP_SYS_ADMIN);
}

/* names has size bytes; each name ends with a NUL. Removes the names that the caller of req may not
 * see. Returns the size of the names that are left. */
static size_t keep_seen(fuse_req_t req, char *names, size_t size)
{
	int trusted = -1; /* -1: not asked yet */
	size_t kept = 0, length;

	for (size_t at = 0; at < size; at += length) {
		bool is_seen = xattr_is_passed(names + at);

		length = strlen(names + at) + 1;
		if (is_seen && !strncmp(names + at, TRUSTED, strlen(TRUSTED))) {
			if (trusted < 0)
				trusted = may_see_trusted(req);
			is_seen = trusted;
		}
		if (is_seen) {
			memmove(names + kept, names + at, length);
			kept += length;
		}
	}
	return kept;
}

/* Lists the names of a node's attributes that the caller of req may see; names has room for
 * NAMES_MAX bytes. Returns the size of the names or -errno. */
static ssize_t list_names(fuse_req_t req, struct node *node, char *names)
{
	char path[LOCATION_PATH_MAX];
	bool follow;
	ssize_t n;
	int r = node_spool_path(&space_of(req)->nodes, node, path, &follow);

	if (r < 0)
		return r;
	n = follow ? listxattr(path, names, NAMES_MAX) : llistxattr(path, names, NAMES_MAX);
	return n < 0 ? -errno : (ssize_t)keep_seen(req, names, (size_t)n);
}

void op_listxattr(fuse_req_t req, fuse_ino_t id, size_t size)
{
	struct node *node = node_of(&space_of(req)->nodes, id);
	_cleanup_free_ char *names = NULL;
	ssize_t n = sibling_check(space_of(req), node);

	if (n == 0 && !node_is_derived(node)) {
		names = malloc(NAMES_MAX);
		n = names ? list_names(req, node, names) : -ENOMEM;
	}
	if (n < 0)
		reply(req, (int)n);
	else if (!size)
		fuse_reply_xattr(req, (size_t)n);
	else if ((size_t)n > size)
		reply(req, -ERANGE);
	else
		fuse_reply_buf(req, names, (size_t)n);
}
