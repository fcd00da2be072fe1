/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_SIMULATE_PARAMETERS_H
#define COCFS_SERVICE_SIMULATE_PARAMETERS_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/json.h"

/* References to the parameters of an execution: "{{$globals.NAME}}" in the inputs of a step. */

struct globals {
	const cJSON *parameters; /* of the execution: an array of {"key", "value"} */
	const cJSON *inputs;	 /* of the document: NAME -> {"default"}; NULL: it has none */
};

/* Does the text have a reference "{{$globals.NAME}}" with this name? */
bool globals_named(const char *text, const char *name);

/*
 * Appends a text to out, and replaces its references by the values. Returns 0. Returns -ENOENT if a
 * parameter has no value: *ret_missing is its name, which the caller frees. Returns -E2BIG if out
 * would have more than max bytes; -ENOMEM. After a failure out has a part of the text.
 */
int globals_fill(const struct globals *globals, const char *text, size_t max, struct buf *out,
		 char **ret_missing);

#endif
