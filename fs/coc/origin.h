/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COC_ORIGIN_H
#define COCFS_COC_ORIGIN_H

#include "base/err.h"
#include "coc/creds.h"

/* Where credentials come from: the place of the credential chain that was found. */
enum coc_origin_kind {
	ORIGIN_KEYS,	 /* keys or a token: nobody has to be asked for them */
	ORIGIN_METADATA, /* temporary keys of the metadata service, if there is one */
	ORIGIN_ID_TOKEN, /* an OIDC token in a file, for which IAM gives a token */
};

struct coc_origin {
	enum coc_origin_kind kind;
	struct coc_creds *creds; /* set for ORIGIN_KEYS */
	/* ---- for ORIGIN_ID_TOKEN ---- */
	char *source; /* where the keys come from, in words for people */
	char *idp_id, *id_token_file;
	char *domain_id, *project_id; /* the scope of the token: at least one of them is set */
	char *iam_endpoint;	      /* a URL from coc_endpoint_check() */
};

/* Makes an origin of an offer with an identity provider and a token file. iam_endpoint: used if the
 * offer names none; NULL: that of the public cloud. Returns 0 and an origin that the caller
 * finishes, or -errno with err filled. -EINVAL: a value is missing or cannot be right. -ENOMEM. */
int coc_origin_of_id_token(const struct coc_offer *offer, const char *iam_endpoint,
			   const char *source, struct coc_origin *ret_origin, struct err *err);

/* Wipes and frees what the origin owns, but not the origin itself. */
void coc_origin_finish(struct coc_origin *origin);

#endif
