/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "space/caller.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <sys/fsuid.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "space/proc.h"

void caller_init(struct caller *caller, fuse_req_t req)
{
	const struct fuse_ctx *ctx = fuse_req_ctx(req);

	caller->person =
		(struct person){.uid = ctx->uid, .gid = ctx->gid, .groups = caller->groups};
	caller->pid = ctx->pid;
	caller->knows_groups = false;
}

const struct person *caller_with_groups(struct caller *caller)
{
	ssize_t n = caller->knows_groups
			    ? (ssize_t)caller->person.n_groups
			    : proc_groups(caller->pid, caller->groups, CALLER_GROUPS_MAX);

	if (!caller->knows_groups) {
		caller->person.n_groups = n < 0 ? 0 : (size_t)n;
		caller->person.groups_unknown = n < 0 || n == CALLER_GROUPS_MAX;
	}
	caller->knows_groups = true;
	return &caller->person;
}

bool caller_is_master(const struct space *space, const struct person *person)
{
	const struct view *view = &space->options->view;

	return person->uid == 0 || person->uid == space->uid ||
	       (view->has_uid && person->uid == view->uid);
}

static bool is_other_user(const struct space *space, const struct fuse_ctx *ctx)
{
	return space->is_root && (ctx->uid != space->uid || ctx->gid != space->gid);
}

/* Sets the groups of this thread only: glibc's setgroups() changes every thread of the process. */
static int set_groups(int count, const gid_t *groups)
{
	return syscall(SYS_setgroups, count, groups) < 0 ? -errno : 0;
}

/* Makes CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH effective again, which setfsuid() has removed: the
 * thread may pass over the spool's permissions. Returns 0 or -errno. caller_leave() restores the
 * normal state. */
static int keep_override(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	if (syscall(SYS_capget, &header, data) < 0)
		return -errno;
	data[0].effective |=
		data[0].permitted & (1u << CAP_DAC_OVERRIDE | 1u << CAP_DAC_READ_SEARCH);
	return syscall(SYS_capset, &header, data) < 0 ? -errno : 0;
}

int caller_enter(struct space *space, fuse_req_t req)
{
	const struct fuse_ctx *ctx = fuse_req_ctx(req);
	gid_t groups[CALLER_GROUPS_MAX];
	ssize_t n;
	int r;

	if (!is_other_user(space, ctx))
		return 0;
	n = proc_groups(ctx->pid, groups, CALLER_GROUPS_MAX);
	r = set_groups(n < 0 ? 0 : (int)n, groups);
	if (r < 0)
		return r;
	setfsgid(ctx->gid);
	setfsuid(ctx->uid);
	r = (uid_t)setfsuid((uid_t)-1) == ctx->uid ? 0 : -EPERM;
	if (r == 0 && view_is_set(&space->options->view))
		r = keep_override();
	if (r < 0)
		caller_leave(space, req);
	return r;
}

void caller_leave(struct space *space, fuse_req_t req)
{
	if (!is_other_user(space, fuse_req_ctx(req)))
		return;
	setfsuid(space->uid);
	setfsgid(space->gid);
	set_groups(0, NULL);
}

/* ---- what the disk keeps for root ---- */

int caller_give_up_reserve(const struct space *space)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	if (!space->is_root)
		return 0;
	if (syscall(SYS_capget, &header, data) < 0)
		return -errno;
	data[0].effective &= ~(1u << CAP_SYS_RESOURCE);
	return syscall(SYS_capset, &header, data) < 0 ? -errno : 0;
}

void caller_spend_as(const struct space *space, uid_t user)
{
	if (space->is_root && user != space->uid)
		setfsuid(user);
}

void caller_spend_end(const struct space *space, uid_t user)
{
	if (space->is_root && user != space->uid)
		setfsuid(space->uid);
}

int caller_has_room(const struct space *space, uid_t user)
{
	struct statvfs fs;

	return space->is_root && user != space->uid && fstatvfs(space->nodes.root.fd, &fs) == 0 &&
			       !fs.f_bavail
		       ? -ENOSPC
		       : 0;
}
