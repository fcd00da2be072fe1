/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_CATALOGUE_STATE_H
#define COCFS_SUBMIT_CATALOGUE_STATE_H

#include <stdint.h>

/* The catalogue as the engine has it: what it shows is in catalogue.h. */
struct catalogue;
struct engine;

/* Returns 0 and an owned catalogue, or -ENOMEM. */
int catalogue_create(struct engine *engine, struct catalogue **ret_catalogue);

/* Stops a scan that is under way, and drops its waiters. NULL is accepted. */
void catalogue_destroy(struct catalogue *catalogue);

/* What was recorded in this iteration is lost: a scan that is under way has failed, and what it has
 * read is read again at the next look. */
void catalogue_lost(struct catalogue *catalogue);

/* When the last scan of this mount began that has read the list to its end, on the loop's clock; 0:
 * none has. */
int64_t catalogue_read_ms(const struct catalogue *catalogue);

#endif
