/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_ACCESS_USER_H
#define COCFS_SERVICE_ACCESS_USER_H

#include <stdbool.h>

#include "base/err.h"
#include "service/access/throttle.h"

/* A caller, known by a key pair or by a token. */
struct user {
	char *name; /* creator and modifier of what is made by him */
	bool read_only;
	struct throttle throttle;
};

/*
 * Sets up a user by the name (copied) and what his section says of access and rate, NULL for what
 * it does not say; without a rate default_rate is his. Returns 0 and a user that user_finish()
 * frees; -EINVAL: a value is wrong, or the name is no UTF-8 or too long; -ENOMEM. err is filled.
 */
int user_init(struct user *user, const char *name, const char *access, const char *rate,
	      unsigned default_rate, struct err *err);

/* Frees what a user holds; a zeroed one is accepted. */
void user_finish(struct user *user);

#endif
