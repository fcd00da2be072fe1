/* SPDX-License-Identifier: MIT */
#ifndef COCFS_BASE_HOME_H
#define COCFS_BASE_HOME_H

/*
 * Where the effective user keeps files. The environment counts only if it speaks of this user. A
 * "user" mount of fstab runs as the user, but with root's HOME: mount(8) clears HOME, and
 * mount.fuse3 sets HOME to /root if there is none. The HOME of a caller of sudo, or of setuid=,
 * stays.
 */

/* The home directory: HOME if HOME belongs to this user, else the home of the user database. The
 * caller frees the path. Returns 0, -ENOENT: the user has no home directory, or -ENOMEM. */
int home_directory(char **ret_path);

/* Returns the value of an environment variable that names a directory, such as XDG_STATE_HOME.
 * The text belongs to the environment. Returns NULL if the variable is not set, is no absolute
 * path, or names the directory of another user. If the directory does not exist yet, the owner
 * of the nearest directory above counts. A directory of root outside root's home is good for
 * every user. */
const char *home_variable(const char *name);

#endif
