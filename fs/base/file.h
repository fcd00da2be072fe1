/* SPDX-License-Identifier: MIT */
#ifndef COCFS_BASE_FILE_H
#define COCFS_BASE_FILE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"

/* The longest file that is read, in bytes. The files are the SDKs' own: credentials with two long
 * tokens, or a table of regions. */
#define CONFIG_FILE_MAX 65536

/*
 * Reads a whole regular file of at most CONFIG_FILE_MAX bytes, and appends the bytes to out. The
 * memory of out may hold a secret then. With private, the file must belong to the effective user or
 * to root, and group and others must have no access. For a credential that systemd gives to this
 * unit another rule holds: base/unit_credential.h. The check is made on the open file, so nobody
 * can put another file in its place between the check and the read.
 *
 * Returns 0. Returns -ENOENT if there is no such file: err is not filled then. Returns -EACCES if
 * the file is not private or this user may not read it, -EINVAL if it is too long or no regular
 * file, -EIO, or -ENOMEM.
 */
int file_read(const char *path, bool private, struct buf *out, struct err *err);

#endif
