/* SPDX-License-Identifier: MIT */
#ifndef COCFS_DSL_OPTIONS_H
#define COCFS_DSL_OPTIONS_H

#include "cocfs/dsl.h"
#include "job/attributes.h"

/* The options of a check, in the types of fs/job. */
struct check_options {
	enum dsl_level level;
	const char *name; /* the file's name without directories; NULL: not known */
	enum risk max_risk;
	bool needs_risk;
};

/* Reads the options that a caller of the library has given; NULL: the defaults. The caller may be
 * built with a header of another version, so options->size may differ from ours. Returns 0, -EINVAL
 * or -E2BIG: see cocfs_dsl_check(). */
int check_options_read(const struct cocfs_dsl_options *options, struct check_options *ret_options);

#endif
