/* SPDX-License-Identifier: MIT */
#include "job/fixed.h"

#include <errno.h>
#include <string.h>

bool attr_is_fixed(enum attr attr)
{
	return ATTR_FIXED_BITS & 1U << attr;
}

int attr_check_fixed(enum attr attr, const char *value, size_t size, const char *made_with,
		     const char *way_out, struct err *err)
{
	const char *is = made_with ? made_with : "";

	if (!attr_is_fixed(attr) || (strlen(is) == size && !memcmp(is, value, size)))
		return 0;
	err_set(err, EPERM, "%s cannot change once a job exists: it is \"%s\"", attr_field(attr),
		is);
	err_detail(err, "attribute", "%s%s", ATTR_XATTR_PREFIX, attr_field(attr));
	err_detail(err, "what_to_do", "%s, or make a new job: setfattr -x coc.job_id FILE",
		   way_out);
	return -EPERM;
}

int attr_keep_fixed(struct attr_set *attrs, const struct attr_set *sent)
{
	attrs->unresolved = sent->unresolved & ATTR_FIXED_BITS;
	for (int i = 0; i < ATTR_COUNT; i++) {
		const char *value = sent->value[i];

		if (!attr_is_fixed((enum attr)i))
			continue;
		free(steal_ptr(attrs->value[i]));
		if (value && attr_set_put(attrs, (enum attr)i, value, strlen(value)) < 0)
			return -ENOMEM;
	}
	return 0;
}
