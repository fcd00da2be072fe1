/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_SIMULATE_PARAMETERS_H
#define COCFS_SERVICE_SIMULATE_PARAMETERS_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/json.h"

/* References to the parameters of an execution, "{{$globals.NAME}}" in the inputs of a step. */

struct globals {
	const cJSON *parameters; /* of the execution: an array of {"key", "value"} */
	const cJSON *inputs;	 /* of the document: NAME -> {"default"}; or NULL */
};

/* True if the text refers to the parameter of that name. */
bool globals_named(const char *text, const char *name);

/*
 * Appends the text with the values in the place of the references. Returns 0; -ENOENT: a parameter
 * has no value, and *ret_missing (the caller frees it) is its name; -E2BIG: the result is of more
 * than max bytes; -ENOMEM.
 */
int globals_fill(const struct globals *globals, const char *text, size_t max, struct buf *out,
		 char **ret_missing);

#endif
