/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COC_CHAIN_H
#define COCFS_COC_CHAIN_H

#include "base/err.h"
#include "coc/creds.h"
#include "coc/environment.h"

/* The credential chain: the places where the official SDKs look, in their order. */

/* Where to look; all borrowed. */
struct coc_places {
	const struct coc_environment *environment;
	/* -o profile: only this is looked at. With a '/' the path of a credentials file, else the
	 * name of a section of the credentials file. NULL: no such option. */
	const char *profile;
};

/*
 * Looks in the environment, then in the profile file ~/.huaweicloud/credentials
 * (HUAWEICLOUD_SDK_CREDENTIALS_FILE), section [global] before [basic]. The first place that says
 * anything is taken, and what is wrong there is an error: other keys than those that were meant
 * could be another account's. Returns 0 and owned credentials, or with err filled: -ENOENT, there
 * are none; -EACCES, others can read the file; -EINVAL, a file, section or pair is not whole;
 * -ENOMEM, -EIO.
 */
int coc_chain_find(const struct coc_places *places, struct coc_creds **ret_creds, struct err *err);

#endif
