/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COC_CREDS_H
#define COCFS_COC_CREDS_H

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
};

/*
 * Looks where the official SDKs look, in their order: the environment (HUAWEICLOUD_SDK_AK, _SK,
 * _SECURITY_TOKEN, _DOMAIN_ID; HUAWEICLOUD_SDK_X_AUTH_TOKEN for a token), then the profile file
 * ~/.huaweicloud/credentials (HUAWEICLOUD_SDK_CREDENTIALS_FILE), section [global] before [basic].
 * Returns 0 and owned credentials; -ENOENT: none, err says where it looked; -EACCES: the file can
 * be read by group or others; -EINVAL: a file or a pair that is not whole; -ENOMEM, -EIO.
 */
int coc_creds_find(struct coc_creds **ret_creds, struct err *err);

/* Reads one INI file as above; it must not be readable by group or others. Errors as above. */
int coc_creds_read(const char *path, struct coc_creds **ret_creds, struct err *err);

/* Wipes and frees; NULL is accepted. */
void coc_creds_free(struct coc_creds *creds);
DEFINE_CLEANUP(struct coc_creds *, coc_creds_free)

#endif
