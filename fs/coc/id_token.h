/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COC_ID_TOKEN_H
#define COCFS_COC_ID_TOKEN_H

#include "base/err.h"
#include "coc/metadata.h"
#include "coc/origin.h"
#include "loop/loop.h"

/* Asks IAM for a token in exchange for the OIDC token that an identity provider puts into a file.
 * The provider replaces the file before its token ends, so each fetch reads the file again. */
struct id_token;

/* Makes an id_token. origin: of the kind ORIGIN_ID_TOKEN; must outlive the object. cacert: PEM file
 * of the CA to trust for IAM instead of the system's, or NULL. Returns 0 and an owned object, or
 * -errno with err filled. */
int id_token_create(struct loop *loop, const struct coc_origin *origin, const char *cacert,
		    struct id_token **ret_id_token, struct err *err);

/* Gives up a running fetch without calling its callback, and frees. NULL is accepted. */
void id_token_destroy(struct id_token *id_token);

/*
 * Asks IAM for a token. No other fetch may run. Returns 0, and calls the callback later; the
 * callback may destroy id_token. Or returns -errno with err filled, and does not call the callback:
 * -ENOENT, -EACCES, -EINVAL, -EIO for the file, or -ENOMEM. The err of the callback is EACCES if
 * IAM refuses.
 */
int id_token_fetch(struct id_token *id_token, keys_fn *done, void *data, struct err *err);

#endif
