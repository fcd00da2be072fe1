/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_ACCESS_AUTH_H
#define COCFS_SERVICE_ACCESS_AUTH_H

#include "base/err.h"
#include "service/access/keys.h"
#include "service/http/request.h"
#include "service/access/tokens.h"

/* What requests are authenticated by. */
struct auth {
	struct keys *keys;
	struct tokens *tokens; /* NULL: none are taken */
	int64_t lock_ms;       /* how long a pair is locked that failed too often, 0: not at all */
};

/*
 * Finds out whose a request is: by its signature (SDK-HMAC-SHA256), or by its X-Auth-Token. The
 * clock is that of the request; what it leaves behind is the count of a pair's failures. Returns 0
 * and the user, who lives as long as auth; -EACCES: nobody's, the sentence in err tells the sender
 * why; -ENOMEM, -EIO. err is filled.
 */
int auth_check(const struct request *request, const struct auth *auth, struct user **ret_user,
	       struct err *err);

#endif
