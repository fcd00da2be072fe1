/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_KEYS_H
#define COCFS_SERVICE_KEYS_H

#include <stddef.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/secret.h"

#define KEYS_MAX 2 /* the sections of a credentials file: [global] and [basic] */

/* A key pair that may sign requests. */
struct key {
	char *ak;
	struct secret *sk;
};

struct keys {
	struct key key[KEYS_MAX];
	size_t n;
};

/*
 * Reads the key pairs of a credentials file. Returns 0 and owned keys; -ENOENT; -EACCES: group or
 * others may do something with it; -EINVAL: it is not a file, too large, or holds no whole pair;
 * -ENOMEM; -errno of the file calls. err is filled.
 */
int keys_read(const char *path, struct keys **ret_keys, struct err *err);

/* Wipes and frees; NULL is accepted. */
void keys_free(struct keys *keys);
DEFINE_CLEANUP(struct keys *, keys_free)

/* The pair with this access key; NULL if there is none. */
const struct key *keys_find(const struct keys *keys, const char *ak);

#endif
