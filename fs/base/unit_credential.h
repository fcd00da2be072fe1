/* SPDX-License-Identifier: MIT */
#ifndef COCFS_BASE_UNIT_CREDENTIAL_H
#define COCFS_BASE_UNIT_CREDENTIAL_H

#include <stdbool.h>
#include <sys/stat.h>

/*
 * The credentials that systemd gives to a unit (LoadCredential=, SetCredentialEncrypted= and so
 * on): files in a directory that CREDENTIALS_DIRECTORY names.
 */

/*
 * Finds the path of a credential of this unit by its name. Returns 0 and a path that the caller
 * frees; -ENOENT: this is no unit with credentials, or the unit has none of this name; -ENOMEM. A
 * credential that cannot be read is found, too: the attempt to read it says why.
 */
int unit_credential_find(const char *name, char **ret_path);

/*
 * Is an open file a credential of this unit that only root and this user can read? fd: the file,
 * opened at path. st: what fstat(2) says of fd. The mode of such a file may show a right to read
 * for its group, so do not judge it by its mode: see unit_credential.c.
 */
bool unit_credential_is_private(const char *path, int fd, const struct stat *st);

#endif
