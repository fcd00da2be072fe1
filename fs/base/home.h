/* SPDX-License-Identifier: MIT */
#ifndef COCFS_BASE_HOME_H
#define COCFS_BASE_HOME_H

/*
 * Where the effective user keeps things. The environment is believed only where it speaks of this
 * user: mount(8) runs "user" mounts of fstab as the user, but with root's HOME (its own HOME is
 * cleared, and mount.fuse3 sets /root where there is none); sudo and setuid= leave the caller's.
 */

/* The home directory: HOME if it is this user's, else what the user database says. Allocated.
 * Returns 0, -ENOENT: there is none, or -ENOMEM. */
int home_directory(char **ret_path);

/* The value of a variable that names a directory, such as XDG_STATE_HOME; borrowed. NULL: it is not
 * set, no absolute path, or another user's directory. One that is to be made yet is the user's in
 * whose directory it is to be. One of root's outside root's home is anybody's. */
const char *home_variable(const char *name);

#endif
