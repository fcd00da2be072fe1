/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_SIMULATE_BATCHES_H
#define COCFS_SERVICE_SIMULATE_BATCHES_H

#include "base/json.h"

/*
 * The instances that a step works on, batch by batch. A request can give them in several forms;
 * here they have one: [{"instances": [{"resource_id": …, …}, …], "pause": true}, …]. "pause": the
 * next batch begins only after an operation on the execution. Pure.
 */

/* Returns the type that an execution with these targets has in the API: "BATCH" if one of them has
 * BatchValues, "RATE_CONTROL" for other targets, "NORMAL" without targets. */
const char *batches_type(const cJSON *targets);

/*
 * Makes the batches of an execution's targets. Each value of BatchValues is a batch. Each value of
 * InstanceValues is an instance, and together they are one batch. A value may be a text that holds
 * the JSON. Returns 0 and an array that the caller deletes (empty without targets); or -ENOMEM.
 */
int batches_of_targets(const cJSON *targets, cJSON **ret_batches);

/* Makes the batches of an input that lists instances: a JSON array in a text, which is one batch.
 * Returns 0 and an array that the caller deletes; empty: the text is no such list. Or -ENOMEM. */
int batches_of_input(const char *text, cJSON **ret_batches);

/* Copies the members of an instance that are texts into properties, an object of an answer; NULL:
 * an allocation has failed before. Returns 0 or -ENOMEM. */
int batches_properties(const cJSON *instance, cJSON *properties);

#endif
