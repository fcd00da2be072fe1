/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_API_ATOMICS_TABLE_H
#define COCFS_SERVICE_API_ATOMICS_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#define ATOMIC_NONE (-1) /* in min, max, min_len or max_len: there is no such limit */

/* The rules for one input of an atomic (an action of a step), as the API shows them. min and max
 * limit a number, min_len and max_len the length of a text. */
struct atomic_input {
	const char *key, *name_zh, *name_en;
	bool required;
	const char *type;
	const char *fallback; /* the API's default_value; NULL: there is none */
	int min, max, min_len, max_len;
	const char *pattern; /* the API's pattern for the value; NULL: there is none */
};

struct atomic {
	const char *key, *name_zh, *name_en, *tag;
	bool has_outputs;
	int instances_max; /* instances that a step may have; 0: none */
	const struct atomic_input *inputs;
	size_t n_inputs;
};

/* The six atomics (actions of a step) that this service offers. */
extern const struct atomic atomics[];
extern const size_t n_atomics;

#endif
