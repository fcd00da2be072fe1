/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COC_ID_TOKEN_H
#define COCFS_COC_ID_TOKEN_H

#include "base/err.h"
#include "coc/metadata.h"
#include "coc/origin.h"
#include "loop/loop.h"

/* A token of IAM for the OIDC token that an identity provider puts into a file. The provider
 * replaces the file before its token ends: so each fetch reads it again. */
struct id_token;

/* origin: of the kind ORIGIN_ID_TOKEN; it must outlive the object. cacert: PEM file of the CA that
 * IAM is to have instead of the system's, or NULL. Returns 0 and an owned object; -errno with err
 * filled. */
int id_token_create(struct loop *loop, const struct coc_origin *origin, const char *cacert,
		    struct id_token **ret_id_token, struct err *err);

/* Gives up a fetch that runs (its callback is not called), and frees; NULL is accepted. */
void id_token_destroy(struct id_token *id_token);

/*
 * Asks IAM for a token; no other fetch runs. Returns 0, and the callback is called later; it may
 * destroy id_token. Returns -errno with err filled, and no callback is called: -ENOENT, -EACCES,
 * -EINVAL, -EIO, of the file; -ENOMEM. The callback's err is EACCES when IAM refuses.
 */
int id_token_fetch(struct id_token *id_token, keys_fn *done, void *data, struct err *err);

#endif
