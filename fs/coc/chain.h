/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COC_CHAIN_H
#define COCFS_COC_CHAIN_H

#include "base/err.h"
#include "coc/environment.h"
#include "coc/origin.h"

/* The credential chain: the places where the official SDKs look, in their order. */

/* Where to look; all borrowed. */
struct coc_places {
	const struct coc_environment *environment;
	/* -o profile: only this is looked at. With a '/' the path of a credentials file, else the
	 * name of a section of the credentials file. NULL: no such option. */
	const char *profile;
};

/*
 * Looks in the environment, then in the credentials file (profile_credentials_path()), section
 * [global] before [basic]. The first place that says anything is taken, and what is wrong there is
 * an error: other keys than those that were meant could be another account's. When no place says
 * anything, the metadata service is left: nothing is asked here. Returns 0 and an origin that the
 * caller finishes, or with err filled: -ENOENT, no such profile; -EACCES, others can read it;
 * -EINVAL, something is not whole; -ENOMEM, -EIO.
 */
int coc_chain_find(const struct coc_places *places, struct coc_origin *ret_origin, struct err *err);

/* Tells that no place has keys, when the metadata service has none either; why: what it says, with
 * no text if it does not answer. Returns -ENOENT or -ENOMEM. */
int coc_chain_tell_nothing(const struct err *why, struct err *err);

#endif
