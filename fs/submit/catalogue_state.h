/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_CATALOGUE_STATE_H
#define COCFS_SUBMIT_CATALOGUE_STATE_H

#include <stdint.h>

/* The catalogue (.coc/jobs) as the engine keeps it. catalogue.h has what fs/space calls. */
struct catalogue;
struct engine;

/* Returns 0 and an owned catalogue, or -ENOMEM. */
int catalogue_create(struct engine *engine, struct catalogue **ret_catalogue);

/* Frees a catalogue. Stops its scan, and frees the waiters: their done is not called. NULL is
 * accepted. */
void catalogue_destroy(struct catalogue *catalogue);

/* Call this when the ledger has lost what this iteration recorded. A scan that is under way fails,
 * and a new one may begin after the wait that follows a failure. If no scan is under way, and the
 * last one did not fail, the next reader begins a scan. */
void catalogue_lost(struct catalogue *catalogue);

/* Returns when the last successful scan of this mount began, on the loop's clock: the last that has
 * read the list to its end. 0: there was none. */
int64_t catalogue_read_ms(const struct catalogue *catalogue);

#endif
