/* SPDX-License-Identifier: MIT */
#ifndef COCFS_BASE_SHARES_H
#define COCFS_BASE_SHARES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * A stock that all users of a mount share: descriptors, or memory.
 *
 * The rule: a user may hold as many units as are still free for everybody, and no more. So one user
 * gets at most a half, and a half stays for the others. The next user gets at most a half of the
 * rest. The last unit goes to a user who holds nothing. Nobody has to say in advance how many users
 * there are. Where only one user may use the mount, that user may have all.
 */
struct shares {
	size_t total, used;
	bool one_user;
	struct share *by_user[64]; /* only of users who hold something */
};

/* Initialises a stock of total units (descriptors, or bytes), which are all free. one_user: only
 * one user may use the mount. */
void shares_init(struct shares *shares, size_t total, bool one_user);

/* Frees the records of what users hold. */
void shares_finish(struct shares *shares);

/* Gives units to a user, if the rule allows it and there is memory for the record. Returns whether
 * the user has the units. */
bool shares_take(struct shares *shares, uid_t user, size_t units);

/* Takes units back that shares_take() gave to the user. */
void shares_give(struct shares *shares, uid_t user, size_t units);

#endif
