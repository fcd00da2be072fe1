/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COC_KEYS_ANSWER_H
#define COCFS_COC_KEYS_ANSWER_H

#include <stddef.h>

#include "base/err.h"
#include "coc/creds.h"

/* Reads answers that have temporary credentials. Pure. No text of err has a key or a token. */

#define METADATA_SOURCE "the metadata service of this server"

/*
 * Reads the answer of the metadata service to GET /openstack/latest/securitykey. Returns 0 and
 * owned credentials, whose expires_s is set, or -errno with err filled.
 *
 * -EIO: this is not such an answer. -EINVAL: a key has a character that no key has. -ENOMEM.
 */
int keys_answer_of_metadata(const void *body, size_t size, struct coc_creds **ret_creds,
			    struct err *err);

/*
 * Reads the answer of IAM to the request for a token. token: the value of the answer's header
 * X-Subject-Token, or NULL. The answer's body says when the token ends. domain_id: goes into the
 * credentials, for the header X-Domain-Id; or NULL. source: the place of the keys in words for
 * people, such as coc_origin.source. Returns the same as keys_answer_of_metadata().
 */
int keys_answer_of_iam(const void *body, size_t size, const char *token, const char *domain_id,
		       const char *source, struct coc_creds **ret_creds, struct err *err);

#endif
