/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_ACCESS_AUTH_H
#define COCFS_SERVICE_ACCESS_AUTH_H

#include "base/err.h"
#include "service/access/keys.h"
#include "service/http/request.h"
#include "service/access/tokens.h"

/* The key pairs and tokens of all users: a request must be signed with one of the pairs, or have
 * one of the tokens. */
struct auth {
	struct keys *keys;
	struct tokens *tokens; /* NULL: tokens are refused */
	int64_t lock_ms;       /* how long a key pair is locked after too many failures; 0: never */
};

/*
 * Finds the user of a request, by its signature (SDK-HMAC-SHA256) or its X-Auth-Token. The time is
 * the request's own. The only state that changes is the count of failures of a key pair. Returns 0
 * and the user, which lives as long as auth. Returns -EACCES if the request has no user: the
 * sentence in err tells the sender why. Returns -ENOMEM, -EIO. err is filled.
 */
int auth_check(const struct request *request, const struct auth *auth, struct user **ret_user,
	       struct err *err);

#endif
