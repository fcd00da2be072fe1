/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COC_METADATA_H
#define COCFS_COC_METADATA_H

#include "base/err.h"
#include "coc/creds.h"
#include "loop/loop.h"

/*
 * Temporary keys of the agency that is bound to a cloud server (ECS), from the metadata service of
 * the server: an address on the link that no proxy is for.
 */
struct metadata;

#define METADATA_ENDPOINT "http://169.254.169.254"

/* Called once for a fetch, from an iteration of the loop. creds: owned by the callee, err is NULL
 * then. NULL: there are none, and err says why; EACCES, when the server has no agency. */
typedef void keys_fn(void *data, struct coc_creds *creds, const struct err *err);

/* endpoint: METADATA_ENDPOINT, or another URL without a path in tests; copied. Returns 0 and an
 * owned object; -errno with err filled. */
int metadata_create(struct loop *loop, const char *endpoint, struct metadata **ret_metadata,
		    struct err *err);

/* Gives up a fetch that runs (its callback is not called), and frees; NULL is accepted. */
void metadata_destroy(struct metadata *metadata);

/* Asks for keys; no other fetch runs. Returns 0; -ENOMEM: the callback is not called. The callback
 * may destroy metadata. */
int metadata_fetch(struct metadata *metadata, keys_fn *done, void *data);

#endif
