/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COC_SOURCE_H
#define COCFS_COC_SOURCE_H

#include <stdbool.h>

#include "base/err.h"

/*
 * The one spelling of a SOURCE: what a state directory is named after, and what its ledger belongs
 * to. `local` and a region are as they stand; a URL is the region that has it as its endpoint, else
 * coc_endpoint_canonical(). Returns 0 and an allocated text, or what coc_endpoint_find() returns.
 */
int coc_source_canonical(const char *source, char **ret_canonical, struct err *err);

/* True if both lead to the same service, as regions and overrides are now. A text that is no SOURCE
 * is the same as itself only. */
bool coc_source_is_same(const char *a, const char *b);

#endif
