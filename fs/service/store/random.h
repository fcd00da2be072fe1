/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_STORE_RANDOM_H
#define COCFS_SERVICE_STORE_RANDOM_H

#include <stddef.h>

#define UUID_SIZE 37 /* 36 characters and a NUL */

/*
 * Writes size random characters of alphabet, each equally likely, and a NUL into ret_text, which
 * has room for size + 1 bytes. Returns 0; or -EIO if the kernel gives no random numbers.
 */
int random_text(const char *alphabet, size_t size, char *ret_text);

/* Makes a random UUID (version 4). Returns 0 or -EIO. */
int random_uuid(char ret_uuid[UUID_SIZE]);

#endif
