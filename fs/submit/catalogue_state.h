/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_CATALOGUE_STATE_H
#define COCFS_SUBMIT_CATALOGUE_STATE_H

#include <stdint.h>

/* The catalogue (.coc/jobs) as the engine keeps it. catalogue.h has what fs/space calls. */
struct catalogue;
struct engine;

/* Returns 0 and an owned catalogue, or -ENOMEM. */
int catalogue_create(struct engine *engine, struct catalogue **ret_catalogue);

/* Stops a scan that is under way, and drops its waiters. NULL is accepted. */
void catalogue_destroy(struct catalogue *catalogue);

/* Call this when the ledger has lost what this iteration recorded. A scan that is under way fails;
 * the next reader of the catalogue begins a new scan. */
void catalogue_lost(struct catalogue *catalogue);

/* Returns when the last scan of this mount began that has read the list to its end, on the loop's
 * clock. 0 if there was none. */
int64_t catalogue_read_ms(const struct catalogue *catalogue);

#endif
