/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COC_CREDS_H
#define COCFS_COC_CREDS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/secret.h"

/*
 * Credentials for the COC API: an AK/SK pair (with a security token when temporary), or an IAM
 * token. Either token or both ak and sk are set.
 */
struct coc_creds {
	char *ak; /* access key ID: not secret by itself */
	struct secret *sk;
	struct secret *security_token; /* or NULL */
	struct secret *token;	       /* X-Auth-Token; then ak and sk are NULL */
	char *domain_id;	       /* X-Domain-Id, or NULL */
	char *source;		       /* where they came from, for people */
	int64_t expires_s;	       /* since the epoch; 0: nobody said that they end */
};

/* What one place offers, borrowed; NULL or "" where the place says nothing. */
struct coc_offer {
	const char *ak, *sk, *security_token, *token, *domain_id;
	const char *project_id, *idp_id, *id_token_file, *iam_endpoint; /* of an OIDC token */
};

/* Does a place say anything of keys, of a token or of an identity provider? */
bool coc_offer_says_anything(const struct coc_offer *offer);

/*
 * Makes credentials of an offer that has a pair, or else a token. source says for people which
 * place it is. Returns 0 and owned credentials; -EINVAL: half a pair, a value that no header can
 * carry, or one that is too long; -ENOMEM; err filled.
 */
int coc_creds_make(const struct coc_offer *offer, const char *source, struct coc_creds **ret_creds,
		   struct err *err);

/* Wipes and frees; NULL is accepted. */
void coc_creds_free(struct coc_creds *creds);
DEFINE_CLEANUP(struct coc_creds *, coc_creds_free)

#endif
