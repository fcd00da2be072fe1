/* SPDX-License-Identifier: MIT */
/* Turns words and options of callers into the types of fs/job. In each enumeration of the library 0
 * is the default, and the other values have the order of the enumeration in fs/job. */
#define _GNU_SOURCE
#include "cocfs-dsl/options.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "version.h"

#define LEVEL(level) ((enum cocfs_dsl_level)((level) + COCFS_DSL_LEVEL_NONE))
#define RISK(risk) ((enum cocfs_dsl_risk)((risk) + COCFS_DSL_RISK_LOW))

/* The size of the options in the first version of the library: the least that a program gives. */
#define FIRST_SIZE                                                                                 \
	(offsetof(struct cocfs_dsl_options, needs_risk) +                                          \
	 sizeof(((struct cocfs_dsl_options *)NULL)->needs_risk))

_Static_assert(LEVEL(DSL_YAML) == COCFS_DSL_LEVEL_YAML, "the levels stand in one order");
_Static_assert(LEVEL(DSL_DSL) == COCFS_DSL_LEVEL_DSL, "the levels stand in one order");
_Static_assert(LEVEL(DSL_STRICT) == COCFS_DSL_LEVEL_STRICT, "the levels stand in one order");
_Static_assert(RISK(RISK_MEDIUM) == COCFS_DSL_RISK_MEDIUM, "the risks stand in one order");
_Static_assert(RISK(RISK_HIGH) == COCFS_DSL_RISK_HIGH, "the risks stand in one order");

const char *cocfs_dsl_version(void)
{
	return COCFS_VERSION;
}

int cocfs_dsl_level_parse(const char *word, enum cocfs_dsl_level *ret_level)
{
	enum dsl_level level;

	if (dsl_level_parse(word, &level) < 0)
		return -EINVAL;
	*ret_level = LEVEL(level);
	return 0;
}

int cocfs_dsl_risk_parse(const char *word, enum cocfs_dsl_risk *ret_risk)
{
	enum risk risk;

	if (risk_parse(word, &risk) < 0)
		return -EINVAL;
	*ret_risk = RISK(risk);
	return 0;
}

int check_options_read(const struct cocfs_dsl_options *options, struct check_options *ret_options)
{
	/* members that an older program does not have are 0 */
	struct cocfs_dsl_options given = {0};
	const char *slash;

	if (options && options->size < FIRST_SIZE)
		return -EINVAL;
	if (options)
		memcpy(&given, options,
		       options->size < sizeof(given) ? options->size : sizeof(given));
	if ((unsigned)given.level > COCFS_DSL_LEVEL_STRICT ||
	    (unsigned)given.max_risk > COCFS_DSL_RISK_HIGH)
		return -EINVAL;
	for (size_t i = sizeof(given); i < given.size; i++)
		if (((const char *)options)[i])
			return -E2BIG;
	slash = given.file_name ? strrchr(given.file_name, '/') : NULL;
	*ret_options = (struct check_options){
		.level = given.level ? (enum dsl_level)(given.level - COCFS_DSL_LEVEL_NONE)
				     : DSL_DSL,
		.name = slash ? slash + 1 : given.file_name,
		.max_risk = given.max_risk ? (enum risk)(given.max_risk - COCFS_DSL_RISK_LOW)
					   : RISK_HIGH,
		.needs_risk = given.needs_risk,
	};
	return 0;
}
