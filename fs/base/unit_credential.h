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
 * The path of the unit's credential of a name. Returns 0 and an allocated path; -ENOENT: this is no
 * such unit, or the unit has no such credential; -ENOMEM. A credential that is there and cannot be
 * read is found, so that reading it tells why.
 */
int unit_credential_find(const char *name, char **ret_path);

/*
 * Is an open file a credential of this unit that only root and this user can read? The file
 * was opened at path as fd, and fstat(2) says st of it. Such a file may have the right to read for
 * its group: see unit_credential.c.
 */
bool unit_credential_is_private(const char *path, int fd, const struct stat *st);

#endif
