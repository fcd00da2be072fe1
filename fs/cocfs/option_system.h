/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COCFS_OPTION_SYSTEM_H
#define COCFS_COCFS_OPTION_SYSTEM_H

#include "cocfs/options.h"

/*
 * Takes an option of mount(8), fstab(5) or fuse(8). Returns 1 if libfuse is to get the option, 0 if
 * there is nothing more to do, -ENOENT if it is none of them. -EINVAL with err: the option is
 * refused, or its value is missing or one too many. Some options set a flag in opts.
 */
int option_system(const char *option, struct opts *opts, struct err *err);

/* Prints those that do something, for --help. The manual page has all. */
void option_system_print(void);

/*
 * Takes the words that mount.fuse3 has added from the end of a command line, in place.
 *
 * mount(8) leaves FUSE mounts to mount.fuse3. That calls "cocfs SOURCE MOUNTPOINT -o OPTIONS" and
 * adds "dev" and "suid" to the end of OPTIONS unless they were forbidden. Nobody has asked for
 * them, and set-user-ID bits and devices count only if root asks.
 */
void option_drop_added(int argc, char **argv);

#endif
