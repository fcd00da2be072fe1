/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COC_CHAIN_H
#define COCFS_COC_CHAIN_H

#include "base/err.h"
#include "coc/environment.h"
#include "coc/origin.h"

/* The credential chain: looks at the places where the official SDKs look, in their order. */

/* Where to look for credentials. Every pointer is borrowed. */
struct coc_places {
	const struct coc_environment *environment;
	/* -o profile: then only this place is looked at. With a '/' it is the path of a credentials
	 * file, otherwise the name of a section of the credentials file. NULL: the option was not
	 * given. */
	const char *profile;
};

/*
 * Looks in the environment, then in the credentials file (profile_credentials_path()), section
 * [global] before [basic]. Takes the first place that has anything. If something is wrong there,
 * that is an error: keys from a later place could be those of another account. If no place has
 * anything, the origin is the metadata service, which is not asked here.
 *
 * Returns 0 and an origin that the caller finishes, or -errno with err filled.
 *
 * -ENOENT: there is no such profile. -EACCES: other users can read the credentials file. -EINVAL: a
 * part of the credentials is missing or cannot be right. -ENOMEM, -EIO.
 */
int coc_chain_find(const struct coc_places *places, struct coc_origin *ret_origin, struct err *err);

/* Fills err: no place has keys, and the metadata service has none either. why: what the metadata
 * service says; an empty text if it does not answer. Returns -ENOENT or -ENOMEM. */
int coc_chain_tell_nothing(const struct err *why, struct err *err);

#endif
