/* SPDX-License-Identifier: MIT */
#ifndef COCFS_BASE_FILE_H
#define COCFS_BASE_FILE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"

/* The longest file that file_read() reads, in bytes. The files are those of the SDKs: credentials
 * with two long tokens, or a table of regions. */
#define CONFIG_FILE_MAX 65536

/*
 * Reads a whole regular file of at most CONFIG_FILE_MAX bytes, and appends the bytes to out. If the
 * file may hold a secret, free out with secret_buf_finish(), also after a failure. If private is
 * true, the file must belong to the effective user or to root, and group and others must have no
 * access. For a credential that systemd gives to this unit another rule holds:
 * base/unit_credential.h. The owner and mode are checked on the open file, so nobody can put
 * another file in its place between the check and the read.
 *
 * Returns 0. Returns -ENOENT if there is no such file: then err is not filled. All other failures
 * fill err. -EACCES: the file is not private, or this user may not read it. -EINVAL: the file is
 * too long, or is no regular file. -EIO: another failure to open or to read the file. -ENOMEM.
 */
int file_read(const char *path, bool private, struct buf *out, struct err *err);

#endif
