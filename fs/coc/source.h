/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COC_SOURCE_H
#define COCFS_COC_SOURCE_H

#include <stdbool.h>

#include "base/err.h"

/*
 * Makes the one spelling of a SOURCE. A state directory is named by this spelling, and a ledger
 * records it as its owner. `local` and a region stay as they are. A URL becomes the region that has
 * it as its endpoint, else coc_endpoint_canonical(). Returns 0 and an allocated text, or with err
 * filled -ENOMEM or an error of coc_endpoint_find().
 */
int coc_source_canonical(const char *source, char **ret_canonical, struct err *err);

/* Do both SOURCEs stand for the same service, as the regions and their overrides are now? A text
 * that is no SOURCE is the same only as itself. */
bool coc_source_is_same(const char *a, const char *b);

#endif
