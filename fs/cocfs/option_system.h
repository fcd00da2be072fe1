/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COCFS_OPTION_SYSTEM_H
#define COCFS_COCFS_OPTION_SYSTEM_H

#include "cocfs/options.h"

/*
 * Handles an option of mount(8), fstab(5) or fuse(8), "NAME" or "NAME=VALUE". Returns 1 if libfuse
 * has to get the option, 0 if nothing more has to be done, -ENOENT if this is no such option.
 * Returns -EINVAL with err if the option is refused, lacks its value, or has a value that it must
 * not have. Some options set a flag in opts.
 */
int option_system(const char *option, struct opts *opts, struct err *err);

/* Prints the names of those options that have an effect, as a part of --help. The manual page has
 * all. */
void option_system_print(void);

/*
 * Removes the words that mount.fuse3 has added from the end of a command line, in place.
 *
 * mount(8) leaves FUSE mounts to mount.fuse3. That program calls "cocfs SOURCE MOUNTPOINT -o
 * OPTIONS". It adds "dev" and "suid" to the end of OPTIONS unless they were forbidden. Nobody has
 * asked for these two. In a mount, set-user-ID bits and devices must work only if root has asked
 * for that. So one "suid" and then one "dev" at the end of OPTIONS are removed, and what root has
 * written before them stays. A line of this form that root types loses them, too: root writes the
 * options first, "cocfs -o suid,dev SOURCE MOUNTPOINT". A line of another form stays as it is.
 */
void option_drop_added(int argc, char **argv);

#endif
