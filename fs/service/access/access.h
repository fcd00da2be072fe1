/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_ACCESS_ACCESS_H
#define COCFS_SERVICE_ACCESS_ACCESS_H

#include "service/access/auth.h"
#include "service/http/reply.h"

/* What stands before the operations: who calls, how often, and whether he may. */

struct access_options {
	const char *credentials; /* path of the key file */
	const char *tokens;	 /* path of the tokens file, or NULL */
	int64_t lock_ms;	 /* as in struct auth */
	unsigned rate; /* calls a second of each user who has no rate of his own, 0: any */
};

/* Reads the files. Returns 0 and an auth that access_finish() frees; errors as keys_read() has
 * them. */
int access_init(const struct access_options *options, struct auth *ret_auth, struct err *err);

/* Wipes and frees; a zeroed one is accepted. */
void access_finish(struct auth *auth);

/*
 * Lets a request in. Returns its user, who lives as long as auth; NULL with an answer made if it
 * may not pass: 401 APIGW.0301, 429 APIGW.0308, 403 APIGW.0302 or 500 APIGW.0601.
 */
const struct user *access_pass(const struct auth *auth, const struct request *request,
			       struct reply *reply);

#endif
