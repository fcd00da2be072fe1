/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COC_RENEWAL_H
#define COCFS_COC_RENEWAL_H

#include "base/err.h"
#include "coc/metadata.h"
#include "coc/origin.h"
#include "loop/loop.h"

/*
 * Temporary credentials: fetches the first ones, and new ones before those end; on the loop, so
 * that nobody waits. A fetch that fails is tried again, less and less often.
 */
struct renewal;

/*
 * Begins with the first fetch, in the next iteration. fn is called for each fetch that ends. It
 * gets credentials, which it owns then, or NULL and why there are none; it may destroy the renewal.
 *
 * Takes what origin owns, when it succeeds. cacert: see id_token_create(). Returns 0 and an owned
 * renewal; -errno with err filled.
 */
int renewal_create(struct loop *loop, struct coc_origin *origin, const char *cacert, keys_fn *fn,
		   void *data, struct renewal **ret_renewal, struct err *err);

/* Gives up what runs, and frees; NULL is accepted. */
void renewal_destroy(struct renewal *renewal);

#endif
