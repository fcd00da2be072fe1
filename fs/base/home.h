/* SPDX-License-Identifier: MIT */
#ifndef COCFS_BASE_HOME_H
#define COCFS_BASE_HOME_H

/*
 * Where the effective user keeps files. An environment variable counts only if it names a directory
 * of this user, because HOME may be that of another user. A "user" mount of fstab runs as the user,
 * but with root's HOME: mount(8) clears HOME, and mount.fuse3 sets HOME to /root if there is none.
 * After sudo, or with setuid=, HOME may still be that of the caller.
 */

/* Finds the home directory of the effective user: HOME if home_variable() accepts HOME, else the
 * home in the user database (passwd(5)). Returns 0 and a path that the caller frees; -ENOENT: the
 * user has no home directory; -ENOMEM. */
int home_directory(char **ret_path);

/*
 * Returns the value of an environment variable that names a directory, such as XDG_STATE_HOME. The
 * text belongs to the environment. Returns NULL if the variable is not set, is no absolute path, or
 * names the directory of another user. If the directory does not exist yet, the owner of the
 * nearest directory above that exists counts. A directory of root counts as the user's own, unless
 * it is in root's home.
 */
const char *home_variable(const char *name);

#endif
