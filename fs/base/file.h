/* SPDX-License-Identifier: MIT */
#ifndef COCFS_BASE_FILE_H
#define COCFS_BASE_FILE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"

/* The SDKs' own files: credentials with two long tokens, or a table of regions. */
#define CONFIG_FILE_MAX 65536

/*
 * Reads a whole regular file of at most CONFIG_FILE_MAX bytes. With private, it must be owned by
 * the effective user or root and closed to group and others. This is checked on the open file, so
 * that nothing can be put in its place between the look and the read. Appends to out, whose memory
 * holds a secret then. Returns 0; -ENOENT: no such file, err not filled; -EACCES: not private, or
 * not allowed to read it; -EINVAL: not a regular file, or too long; -EIO; -ENOMEM.
 */
int file_read(const char *path, bool private, struct buf *out, struct err *err);

#endif
