/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_AUTH_H
#define COCFS_SERVICE_AUTH_H

#include "base/err.h"
#include "service/keys.h"
#include "service/request.h"

/*
 * Checks the signature of a request (SDK-HMAC-SHA256), by the clock reading in the request. Pure.
 * Returns 0 and the key that signed, which lives as long as keys; -EACCES: not signed well, the
 * sentence in err tells the sender why; -ENOMEM, -EIO. err is filled.
 */
int auth_check(const struct request *request, const struct keys *keys, const struct key **ret_key,
	       struct err *err);

#endif
