/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COCFS_MOUNT_H
#define COCFS_COCFS_MOUNT_H

#include "cocfs/options.h"

/* One mount, from the state directory to the kernel: everything that main() puts together. */
struct mount;

/* Opens everything and mounts. opts must outlive it. Returns 0 and an owned mount, or -errno with
 * err filled. The caller has blocked SIGTERM, SIGINT and SIGHUP. */
int mount_open(struct opts *opts, struct mount **ret_mount, struct err *err);

/* Serves until it is unmounted or told to end (SIGTERM, SIGINT). Returns 0 or -errno. */
int mount_serve(struct mount *mount);

/* Unmounts, lets go of everything; NULL is accepted. */
void mount_close(struct mount *mount);

#endif
