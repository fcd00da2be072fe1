/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COC_PROFILE_H
#define COCFS_COC_PROFILE_H

#include <stdbool.h>

/* The files that the official SDKs keep in ~/.huaweicloud, and the variables that name other
 * files. */

/*
 * Returns the path of one of these files: the value of the environment variable `variable` if it is
 * set and not empty, else ~/.huaweicloud/NAME. `~` is HOME, or the home of the effective user.
 * Returns 0 and an allocated path, -ENOENT if there is no home, or -ENOMEM.
 */
int profile_path(const char *variable, const char *name, char **ret_path);

/*
 * Returns the path of the credentials file. The first of these that is set counts: the variable
 * HUAWEICLOUD_SDK_CREDENTIALS_FILE, the credential "cocfs.credentials" that systemd gives to this
 * unit, or ~/.huaweicloud/credentials. Returns 0 and an allocated path, -ENOENT if there is no
 * home, or -ENOMEM.
 */
int profile_credentials_path(char **ret_path);

/* Is a profile (-o profile) a path? Yes, if it has a slash. Otherwise it is the name of a section
 * of the credentials file. NULL: no. */
bool profile_is_path(const char *profile);

#endif
