/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_ACCESS_KEYS_H
#define COCFS_SERVICE_ACCESS_KEYS_H

#include <stddef.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/secret.h"
#include "service/access/lockout.h"
#include "service/access/user.h"

/* A key pair that may sign requests. */
struct key {
	struct user user;
	char *ak;
	struct secret *sk;
	struct secret *security_token; /* of a temporary pair, else NULL */
	struct lockout lockout;
};

struct keys {
	struct key *key;
	size_t n;
};

/*
 * Reads the key pairs of a credentials file: those of [global] and [basic], whose user is named by
 * the access key, and those of further sections, whose user is named by the section. A user
 * without a rate of his own gets default_rate (0: none). Returns 0 and owned keys; -ENOENT;
 * -EACCES: group or others may do something with it; -EINVAL: it is not a file, too large, holds no
 * whole pair, or says something that is not understood; -ENOMEM; -errno of the file calls. err is
 * filled.
 */
int keys_read(const char *path, unsigned default_rate, struct keys **ret_keys, struct err *err);

/* Wipes and frees; NULL is accepted. */
void keys_free(struct keys *keys);
DEFINE_CLEANUP(struct keys *, keys_free)

/* The pair with this access key; NULL if there is none. */
struct key *keys_find(const struct keys *keys, const char *ak);

#endif
