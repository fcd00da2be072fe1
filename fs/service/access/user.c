/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "service/access/user.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "bounds/api.h"

/* Can a text be the name of a user? Yes, if it has 1 to COC_NAME_MAX_CHARS characters of UTF-8:
 * answers contain the name, and a list can be filtered by it. */
static bool is_name(const char *name)
{
	size_t size = strlen(name);

	return size && utf8_valid_prefix(name, size) == size &&
	       utf8_chars(name, size) <= COC_NAME_MAX_CHARS;
}

int user_init(struct user *user, const char *name, const char *access, const char *rate,
	      unsigned default_rate, struct err *err)
{
	struct user made = {.throttle.rate = default_rate};

	if (!is_name(name))
		return err_set(err, EINVAL, "its name is not 1 to %d characters of UTF-8",
			       COC_NAME_MAX_CHARS);
	if (access && strcmp(access, "read-only") && strcmp(access, "read-write"))
		return err_set(err, EINVAL, "access is read-only or read-write");
	made.read_only = access && !strcmp(access, "read-only");
	if (rate && !throttle_parse(rate, &made.throttle.rate))
		return err_set(err, EINVAL, "rate is not of the form N/s");
	made.name = strdup(name);
	if (!made.name)
		return err_set(err, ENOMEM, "out of memory");
	*user = made;
	return 0;
}

void user_finish(struct user *user)
{
	free(user->name);
	*user = (struct user){0};
}
