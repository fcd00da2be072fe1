/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COC_METADATA_H
#define COCFS_COC_METADATA_H

#include "base/err.h"
#include "coc/creds.h"
#include "loop/loop.h"

/*
 * Temporary keys of the agency that is bound to a cloud server (ECS). The metadata service of the
 * server gives them: an address on the server's link, for which no proxy is used.
 */
struct metadata;

#define METADATA_ENDPOINT "http://169.254.169.254"

/* Called once for a fetch, from an iteration of the loop; not after metadata_destroy(). If there
 * are keys, the callee owns creds, and err is NULL. Otherwise creds is NULL, and err says why.
 * EACCES: no IAM agency (a role whose keys a server may use) is bound to the server. */
typedef void keys_fn(void *data, struct coc_creds *creds, const struct err *err);

/* Makes a metadata object. endpoint: METADATA_ENDPOINT, or another URL without a path in tests;
 * copied. Returns 0 and an owned object, or -errno with err filled. */
int metadata_create(struct loop *loop, const char *endpoint, struct metadata **ret_metadata,
		    struct err *err);

/* Gives up a running fetch without calling its callback, and frees. NULL is accepted. */
void metadata_destroy(struct metadata *metadata);

/* Asks for keys. No other fetch may run. Returns 0, or -ENOMEM without calling the callback. The
 * callback may destroy metadata. */
int metadata_fetch(struct metadata *metadata, keys_fn *done, void *data);

#endif
