/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COC_KEYS_ANSWER_H
#define COCFS_COC_KEYS_ANSWER_H

#include <stddef.h>

#include "base/err.h"
#include "coc/creds.h"

/* Answers that have temporary credentials. Pure. No text of err has any of them. */

#define METADATA_SOURCE "the metadata service of this server"

/*
 * The answer of the metadata service to GET /openstack/latest/securitykey. Returns 0 and owned
 * credentials that end; -EIO: it is not such an answer; -EINVAL: a key that cannot be one; -ENOMEM;
 * err filled.
 */
int keys_answer_of_metadata(const void *body, size_t size, struct coc_creds **ret_creds,
			    struct err *err);

/*
 * The answer of IAM to the question for a token. token: its header X-Subject-Token, NULL without
 * one. The body says when the token ends. domain_id: for the calls, or NULL. Returns as above.
 */
int keys_answer_of_iam(const void *body, size_t size, const char *token, const char *domain_id,
		       const char *source, struct coc_creds **ret_creds, struct err *err);

#endif
