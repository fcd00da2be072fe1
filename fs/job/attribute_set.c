/* SPDX-License-Identifier: MIT */
/* Sets of values (struct attr_set): for each attribute one value, or none. */
#include "job/attributes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void attr_set_finish(struct attr_set *set)
{
	for (int i = 0; i < ATTR_COUNT; i++)
		free(set->value[i]);
	*set = (struct attr_set){0};
}

int attr_set_put(struct attr_set *set, enum attr attr, const char *value, size_t size)
{
	char *copy = malloc(size + 1);

	if (!copy)
		return -ENOMEM;
	if (size)
		memcpy(copy, value, size);
	copy[size] = '\0';
	free(set->value[attr]);
	set->value[attr] = copy;
	return 0;
}

int attr_set_take(struct attr_set *set, const char *const told[ATTR_COUNT])
{
	int r = 0;

	for (int i = 0; r == 0 && i < ATTR_COUNT; i++)
		if (told[i])
			r = attr_set_put(set, (enum attr)i, told[i], strlen(told[i]));
	return r;
}

int attr_set_default(struct attr_set *set, enum attr attr, const char *value, size_t size)
{
	return set->value[attr] ? 0 : attr_set_put(set, attr, value, size);
}

int attr_set_merge(struct attr_set *set, const struct attr_set *farther)
{
	int added = 0;

	for (int i = 0; i < ATTR_COUNT; i++) {
		const char *value = farther->value[i];

		if (!value || set->value[i])
			continue;
		if (attr_set_put(set, (enum attr)i, value, strlen(value)) < 0)
			return -ENOMEM;
		added |= 1 << i;
	}
	return added;
}
