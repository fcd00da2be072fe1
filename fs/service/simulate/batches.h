/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_SIMULATE_BATCHES_H
#define COCFS_SERVICE_SIMULATE_BATCHES_H

#include "base/json.h"

/*
 * The instances that a step works on, batch by batch, in one form for each way of asking:
 * [{"instances": [{"resource_id": …, …}, …], "pause": true}, …]. "pause" says that somebody has to
 * let the next batch begin. Pure.
 */

/* The type of an execution with such targets: BATCH, RATE_CONTROL or NORMAL. */
const char *batches_type(const cJSON *targets);

/*
 * Takes the targets of an execution: BatchValues has a batch in each value, InstanceValues an
 * instance, and all of these are one batch. A value may be a text that holds the JSON. Returns 0
 * and an owned array, which is empty without targets; -ENOMEM.
 */
int batches_of_targets(const cJSON *targets, cJSON **ret_batches);

/* Takes a list of instances as an input has it, a JSON array in a text. Returns 0 and an owned
 * array, which is empty when the text says nothing of the kind; -ENOMEM. */
int batches_of_input(const char *text, cJSON **ret_batches);

/* Appends what an answer says about an instance to an object: a map of texts. Returns 0 or
 * -ENOMEM. */
int batches_properties(const cJSON *instance, cJSON *properties);

#endif
