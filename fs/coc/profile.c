/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "coc/profile.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PROFILE_DIRECTORY ".huaweicloud"

int profile_path(const char *variable, const char *name, char **ret_path)
{
	const char *value = secure_getenv(variable);
	const char *home;
	char *path;

	if (value && *value) {
		path = strdup(value);
	} else {
		home = secure_getenv("HOME");
		if (!home || !*home) {
			const struct passwd *entry = getpwuid(geteuid());

			home = entry ? entry->pw_dir : NULL;
		}
		if (!home || !*home)
			return -ENOENT;
		if (asprintf(&path, "%s/" PROFILE_DIRECTORY "/%s", home, name) < 0)
			path = NULL;
	}
	if (!path)
		return -ENOMEM;
	*ret_path = path;
	return 0;
}
