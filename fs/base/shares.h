/* SPDX-License-Identifier: MIT */
#ifndef COCFS_BASE_SHARES_H
#define COCFS_BASE_SHARES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * Something that is there once and that all users of a mount take from: descriptors, memory.
 *
 * The rule: a user may hold as much as is still free for everybody, and no more. So one user gets
 * at most a half, and then there is a half for the others. The next user gets at most a half of
 * that. The last unit goes to a user who holds nothing. Nobody has to say in advance how many users
 * there are. Where only one user may use the mount, that user may have all.
 */
struct shares {
	size_t total, used;
	bool one_user;
	struct share *by_user[64]; /* only of users who hold something */
};

/* one_user: nobody else can ask. */
void shares_init(struct shares *shares, size_t total, bool one_user);

/* Frees the records; what users hold is forgotten. */
void shares_finish(struct shares *shares);

/* Gives a user units, if the rule allows it and there is memory to note it. Returns whether it
 * did. */
bool shares_take(struct shares *shares, uid_t user, size_t units);

/* Takes back units that the user was given. */
void shares_give(struct shares *shares, uid_t user, size_t units);

#endif
