/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COC_ORIGIN_H
#define COCFS_COC_ORIGIN_H

#include "base/err.h"
#include "coc/creds.h"

/* Where credentials come from: the place of the chain that was found. */
enum coc_origin_kind {
	ORIGIN_KEYS,	 /* keys or a token that are there */
	ORIGIN_METADATA, /* temporary keys of the metadata service, if there is one */
	ORIGIN_ID_TOKEN, /* an OIDC token in a file, which IAM gives a token of its own for */
};

struct coc_origin {
	enum coc_origin_kind kind;
	struct coc_creds *creds; /* ORIGIN_KEYS */
	/* ORIGIN_ID_TOKEN */
	char *source; /* for people */
	char *idp_id, *id_token_file;
	char *domain_id, *project_id; /* what the token is for: at least one of them */
	char *iam_endpoint;	      /* a URL that was checked */
};

/* Makes an origin of an offer with an identity provider and a token file. iam_endpoint stands in
 * where the offer names none; NULL: the public cloud's. Returns 0 and an origin that the caller
 * finishes; -EINVAL: something is missing or cannot be; -ENOMEM; err filled. */
int coc_origin_of_id_token(const struct coc_offer *offer, const char *iam_endpoint,
			   const char *source, struct coc_origin *ret_origin, struct err *err);

/* Wipes and frees what the origin owns, not the origin. */
void coc_origin_finish(struct coc_origin *origin);

#endif
