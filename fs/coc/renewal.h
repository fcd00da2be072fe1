/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COC_RENEWAL_H
#define COCFS_COC_RENEWAL_H

#include "base/err.h"
#include "coc/metadata.h"
#include "coc/origin.h"
#include "loop/loop.h"

/*
 * Temporary credentials: fetches the first ones, and new ones before those end. It works on the
 * loop, so that nothing waits for it. A fetch that fails is tried again, less and less often.
 */
struct renewal;

/*
 * Makes a renewal, whose first fetch begins in the next iteration of the loop. At the end of each
 * fetch fn is called, with credentials that fn then owns, or with NULL and the error. fn may
 * destroy the renewal.
 *
 * On success takes what origin owns: then the caller need not finish origin. cacert: see
 * id_token_create(). Returns 0 and an owned renewal, or -errno with err filled.
 */
int renewal_create(struct loop *loop, struct coc_origin *origin, const char *cacert, keys_fn *fn,
		   void *data, struct renewal **ret_renewal, struct err *err);

/* Gives up a running fetch, and frees. NULL is accepted. */
void renewal_destroy(struct renewal *renewal);

#endif
