/* SPDX-License-Identifier: MIT */
#ifndef COCFS_LEDGER_IMAGE_H
#define COCFS_LEDGER_IMAGE_H

#include <sqlite3.h>
#include <stdatomic.h>

/* The name of the VFS for images. */
#define LEDGER_IMAGE_VFS "cocfs-ledger-image"

/* Registers the VFS for images, once for the process. Returns 0 or -errno. */
int ledger_image_begin(void);

/*
 * Opens a ledger's file for reading, as it is and without its log, and with no lock. Nothing may
 * change the file while the image is read. When *stopped is set, from any thread, each read fails.
 * stopped must outlive the image. Returns 0 and a connection for sqlite3_close(), or -errno.
 */
int ledger_image_open(const char *path, const atomic_bool *stopped, sqlite3 **ret_image);

#endif
