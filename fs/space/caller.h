/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_CALLER_H
#define COCFS_SPACE_CALLER_H

#include "job/owner.h"
#include "space/space.h"

/* The caller of a request, and how a thread acts as that caller. */

/* The most supplementary groups that are read of a caller. Further groups give no rights. */
#define CALLER_GROUPS_MAX 1024

struct caller {
	struct person person;
	pid_t pid;
	bool knows_groups;
	gid_t groups[CALLER_GROUPS_MAX];
};

/* Fills the caller of a request, without the supplementary groups: most questions need none. The
 * struct must not move after this. */
void caller_init(struct caller *caller, fuse_req_t req);

/* Returns the caller's person with the supplementary groups. The person's groups_unknown is true if
 * they cannot be read (the process is in another PID namespace, say). It is also true if there are
 * CALLER_GROUPS_MAX of them or more: then some may be missing. */
const struct person *caller_with_groups(struct caller *caller);

/* May this user do everything in the mount? True for root, for the user who mounts, and for the
 * user that uid= shows as the owner. */
bool caller_is_master(const struct space *space, const struct person *person);

/*
 * A file made in the spool belongs to its maker, and a set-group-ID directory gives its group to
 * the file. The kernel has checked permissions before the request came (default_permissions). If
 * the mount shows another owner or mode than the spool has (view.h), the spool's own check would
 * check the wrong values, and is passed over. Only a mount that runs as root can act as the caller;
 * any other mount serves its own user only.
 */

/* Between caller_enter() and caller_leave() this thread makes files as the caller of req would.
 * caller_enter() returns 0, or -errno with nothing changed. */
int caller_enter(struct space *space, fuse_req_t req);
void caller_leave(struct space *space, fuse_req_t req);

/*
 * A disk keeps some blocks for root (ext4: 5 %), and sets root no quota. These blocks are for the
 * ledger, not for the data of users, although a mount by root writes both. The disk decides by the
 * file system user and by CAP_SYS_RESOURCE. So the process gives that capability up, and writes a
 * user's data as that user. It writes the ledger as root.
 */

/* Gives CAP_SYS_RESOURCE up in this thread, and in threads that it starts later. Does nothing in a
 * mount that does not run as root. Returns 0 or -errno. */
int caller_give_up_reserve(const struct space *space);

/* Between caller_spend_as() and caller_spend_end(), writes of this thread to open descriptors count
 * as the user's. Any thread may call them. The two calls take 5 µs together, of the 35 µs of a
 * write. They do not give the thread the user's rights: to act as the user, call caller_enter(). */
void caller_spend_as(const struct space *space, uid_t user);
void caller_spend_end(const struct space *space, uid_t user);

/* Call this before an operation that runs as root and may take a block: does the disk have a block
 * for this user? Returns 0 or -ENOSPC. */
int caller_has_room(const struct space *space, uid_t user);

#endif
