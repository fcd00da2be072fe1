/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_ACCESS_KEYS_H
#define COCFS_SERVICE_ACCESS_KEYS_H

#include <stddef.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/secret.h"
#include "service/access/lockout.h"
#include "service/access/user.h"

/* A key pair of the credentials file, with its user. Requests may be signed with it. */
struct key {
	struct user user;
	char *ak;
	struct secret *sk;
	struct secret *security_token; /* of a temporary key pair; NULL: the pair is permanent */
	struct lockout lockout;
};

struct keys {
	struct key *key;
	size_t n;
};

/*
 * Reads the key pairs of a credentials file. The user of [global] and [basic] has the name of the
 * access key. The user of a further section has the name of the section. A user without a rate of
 * their own gets default_rate (0: no limit). Returns 0 and keys that keys_free() frees. Returns
 * -ENOENT, -ENOMEM, or another -errno of the file calls. Returns -EACCES if group or others may
 * read or write the file. Returns -EINVAL if the path is no file, or the file is too large or has
 * no whole pair. Returns -EINVAL, too, if a section other than [global] and [basic] has half a
 * pair, an unknown word, or an access key that an earlier section has. err is filled.
 */
int keys_read(const char *path, unsigned default_rate, struct keys **ret_keys, struct err *err);

/* Wipes and frees the keys. NULL is accepted. */
void keys_free(struct keys *keys);
DEFINE_CLEANUP(struct keys *, keys_free)

/* Returns the key pair of an access key; NULL if there is none. */
struct key *keys_find(const struct keys *keys, const char *ak);

#endif
