/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_ACCESS_USER_H
#define COCFS_SERVICE_ACCESS_USER_H

#include <stdbool.h>

#include "base/err.h"
#include "service/access/throttle.h"

/* A user of the service, who is known by a key pair or a token. */
struct user {
	char *name; /* the creator or modifier of a document that the user makes or changes */
	bool read_only;
	struct throttle throttle;
};

/*
 * Makes a user from a name (copied), and from the values of access and rate in the user's section
 * (NULL: not given). A user without a rate gets default_rate. Returns 0 and a user that
 * user_finish() frees; -EINVAL: a value is wrong, or the name is too long or no UTF-8; -ENOMEM. err
 * is filled.
 */
int user_init(struct user *user, const char *name, const char *access, const char *rate,
	      unsigned default_rate, struct err *err);

/* Frees the memory of a user. A zeroed user is accepted. */
void user_finish(struct user *user);

#endif
