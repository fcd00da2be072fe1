/* SPDX-License-Identifier: MIT */
#ifndef COCFS_OPTS_SYSTEM_H
#define COCFS_OPTS_SYSTEM_H

#include "opts.h"

/*
 * One of the options of mount(8), fstab(5) and fuse(8)? Returns 1 if it is and libfuse is to get it, 0
 * if it is and there is nothing more to do, -ENOENT if it is not, -EINVAL with err if it is refused
 * or its value is missing or one too many. Some set a flag in opts.
 */
int option_system(const char *option, struct opts *opts, struct err *err);

/*
 * mount(8) leaves FUSE mounts to mount.fuse3, which calls "cocfs SOURCE MOUNTPOINT -o OPTIONS" and
 * adds "dev" and "suid" to the end of OPTIONS unless they were forbidden, asked for or not. Takes
 * these words from the end of such a command line, in place: set-user-ID bits and devices count
 * only if somebody asks for them.
 */
void option_drop_added(int argc, char **argv);

#endif
