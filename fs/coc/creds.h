/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COC_CREDS_H
#define COCFS_COC_CREDS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/secret.h"

/*
 * Credentials for the COC API: an AK/SK pair (with a security token if they are temporary), or an
 * IAM token. Either token is set, or both ak and sk are.
 */
struct coc_creds {
	char *ak; /* access key ID: not secret by itself */
	struct secret *sk;
	struct secret *security_token; /* NULL: the keys have none */
	struct secret *token;	       /* X-Auth-Token; then ak and sk are NULL */
	char *domain_id;	       /* value of the header X-Domain-Id, or NULL */
	char *source;		       /* name of the place that these come from, for people */
	int64_t expires_s;	       /* since the epoch; 0: no end is known */
};

/* What one place offers, borrowed. A value is NULL or "" if the place does not have it. */
struct coc_offer {
	const char *ak, *sk, *security_token, *token, *domain_id;
	const char *project_id, *idp_id, *id_token_file, *iam_endpoint; /* for an OIDC token */
};

/* Does a place offer a key, a token or a part of an identity provider? */
bool coc_offer_says_anything(const struct coc_offer *offer);

/*
 * Makes credentials of an offer that has a pair (ak and sk), or else a token. source: the name of
 * the place, for people. Returns 0 and owned credentials, or -errno with err filled. -EINVAL: half
 * a pair, a value that no header can carry, or a value that is too long. -ENOMEM.
 */
int coc_creds_make(const struct coc_offer *offer, const char *source, struct coc_creds **ret_creds,
		   struct err *err);

/* Wipes and frees. NULL is accepted. */
void coc_creds_free(struct coc_creds *creds);
DEFINE_CLEANUP(struct coc_creds *, coc_creds_free)

#endif
