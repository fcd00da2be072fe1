/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COCFS_MOUNT_H
#define COCFS_COCFS_MOUNT_H

#include "cocfs/options.h"

/* One mount, from the state directory to the kernel. main() opens it, serves it and closes it. */
struct mount;

/* Opens all parts, and mounts. opts must outlive the mount. The caller must have blocked SIGTERM,
 * SIGINT and SIGHUP. Returns 0 and a mount that mount_close() closes; or -errno with err filled. */
int mount_open(struct opts *opts, struct mount **ret_mount, struct err *err);

/* Serves until the mount is unmounted, or until SIGTERM or SIGINT. Returns 0, or the -errno of the
 * loop. */
int mount_serve(struct mount *mount);

/* Unmounts the job space, closes all parts of the mount and frees it. NULL is accepted. */
void mount_close(struct mount *mount);

#endif
