/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_API_ATOMICS_TABLE_H
#define COCFS_SERVICE_API_ATOMICS_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#define ATOMIC_NONE (-1) /* a rule that there is not */

/* What an input of an atomic has to be. */
struct atomic_input {
	const char *key, *name_zh, *name_en;
	bool required;
	const char *type;
	const char *fallback; /* default_value, or NULL */
	int min, max, min_len, max_len;
	const char *pattern; /* or NULL */
};

struct atomic {
	const char *key, *name_zh, *name_en, *tag;
	bool has_outputs;
	int instances_max; /* 0: it works on none */
	const struct atomic_input *inputs;
	size_t n_inputs;
};

/* The six atomics that are known. */
extern const struct atomic atomics[];
extern const size_t n_atomics;

#endif
