/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_ACCESS_ACCESS_H
#define COCFS_SERVICE_ACCESS_ACCESS_H

#include "service/access/auth.h"
#include "service/http/reply.h"

/* The check of each request: which user calls, whether that user calls too often, and whether that
 * user may call this operation. */

struct access_options {
	const char *credentials; /* path of the key file */
	const char *tokens;	 /* path of the tokens file; NULL: there are no tokens */
	int64_t lock_ms; /* a key pair with too many wrong signatures is locked so long; 0: never */
	unsigned rate;	 /* calls a second of each user without a rate of their own; 0: no limit */
};

/* Reads the two files of options. Returns 0 and an auth that access_finish() frees; or an error of
 * keys_read(), or of the tokens file. err is filled. */
int access_init(const struct access_options *options, struct auth *ret_auth, struct err *err);

/* Wipes and frees the keys and tokens of an auth. A zeroed auth is accepted. */
void access_finish(struct auth *auth);

/*
 * Checks whether a request may pass. Returns its user, which lives as long as auth. Returns NULL if
 * the request may not pass; then reply has the answer: 401 APIGW.0301, 429 APIGW.0308, 403
 * APIGW.0302 or 500 APIGW.0601.
 */
const struct user *access_pass(const struct auth *auth, const struct request *request,
			       struct reply *reply);

#endif
