/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "space/caller.h"

#include <errno.h>
#include <grp.h>
#include <sys/fsuid.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "space/proc.h"

#define GROUPS_MAX 1024

static bool is_other(const struct space *space, const struct fuse_ctx *ctx)
{
	return space->is_root && (ctx->uid != space->uid || ctx->gid != space->gid);
}

/* glibc's setgroups() changes every thread of the process: only this one acts as the caller. */
static int set_groups(int count, const gid_t *groups)
{
	return syscall(SYS_setgroups, count, groups) < 0 ? -errno : 0;
}

int caller_enter(struct space *space, fuse_req_t req)
{
	const struct fuse_ctx *ctx = fuse_req_ctx(req);
	gid_t groups[GROUPS_MAX];
	int r;

	if (!is_other(space, ctx))
		return 0;
	r = set_groups((int)proc_groups(ctx->pid, groups, GROUPS_MAX), groups);
	if (r < 0)
		return r;
	setfsgid(ctx->gid);
	setfsuid(ctx->uid);
	if ((uid_t)setfsuid((uid_t)-1) == ctx->uid)
		return 0;
	caller_leave(space, req);
	return -EPERM;
}

void caller_leave(struct space *space, fuse_req_t req)
{
	if (!is_other(space, fuse_req_ctx(req)))
		return;
	setfsuid(space->uid);
	setfsgid(space->gid);
	set_groups(0, NULL);
}
