/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_CALLER_H
#define COCFS_SPACE_CALLER_H

#include "job/owner.h"
#include "space/space.h"

/* The caller of a request, and acting as the caller. */

/* No caller has more supplementary groups here than this: more are not read, and give no right. */
#define CALLER_GROUPS_MAX 1024

struct caller {
	struct person person;
	pid_t pid;
	bool knows_groups;
	gid_t groups[CALLER_GROUPS_MAX];
};

/* The caller of a request. The supplementary groups are not read yet: most questions need none. The
 * struct must not move. */
void caller_init(struct caller *caller, fuse_req_t req);

/* The caller with the supplementary groups, which cannot be read of a process of another PID
 * namespace. */
const struct person *caller_with_groups(struct caller *caller);

/* May this user do as they like with everything in the mount? That is root, the user who mounts,
 * and the user who is shown as the owner of everything (uid=). */
bool caller_is_master(const struct space *space, const struct person *person);

/*
 * What is made in the spool belongs to its maker, and a set-group-ID directory hands its group on.
 * Permissions were checked by the kernel (default_permissions) before the request came. With
 * another owner or mode shown than the spool has (view.h), the spool's own check would be of other
 * things, and is left out. Only a mount that runs as root can act as the caller; another serves its
 * own user only.
 */

/* From here to caller_leave() this thread makes files as the caller of req would. Returns 0, or
 * -errno with nothing changed. */
int caller_enter(struct space *space, fuse_req_t req);
void caller_leave(struct space *space, fuse_req_t req);

/*
 * A disk keeps some blocks for root (ext4: 5 %), and does not let root run into quotas. They are
 * for the ledger, and not for what users write: a mount by root writes for them. A disk asks who
 * writes: the file system user, and whether the process has CAP_SYS_RESOURCE. So the process gives
 * that capability up, and a write is made as its user. The ledger is written as root.
 */

/* Gives the capability up, in this thread and those that it starts. Returns 0 or -errno. */
int caller_give_up_reserve(const struct space *space);

/* From here to caller_spend_end() what this thread writes to open descriptors is the user's. Any
 * thread may call it. The two take 5 us together, of the
 * 35 of a write; what needs rights of the user's own needs caller_enter(). */
void caller_spend_as(const struct space *space, uid_t user);
void caller_spend_end(const struct space *space, uid_t user);

/* For what is done as root, and may take a block: has the disk one for this user? 0 or -ENOSPC. */
int caller_has_room(const struct space *space, uid_t user);

#endif
