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
	size_t total, used; /* units */
	bool one_user;
	struct share *by_user[64]; /* records of the users who hold units: lists by user ID % 64 */
};

/* Initialises a stock of total units, such as descriptors or bytes. All units are free. one_user:
 * only one user may use the mount, and so may have all units. */
void shares_init(struct shares *shares, size_t total, bool one_user);

/* Frees the records of what users hold. Afterwards all units are free. */
void shares_finish(struct shares *shares);

/* Gives units to a user. Returns true if the user has got them. Returns false if the rule forbids
 * it, or if there is no memory for the record: then nothing has changed. */
bool shares_take(struct shares *shares, uid_t user, size_t units);

/* Takes back units that shares_take() has given to the user. */
void shares_give(struct shares *shares, uid_t user, size_t units);

#endif
