/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "coc/profile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/home.h"
#include "base/unit_credential.h"

#define PROFILE_DIRECTORY ".huaweicloud"
#define CREDENTIALS_VARIABLE "HUAWEICLOUD_SDK_CREDENTIALS_FILE"
#define CREDENTIALS_NAME "credentials"
#define CREDENTIALS_OF_UNIT "cocfs.credentials"

int profile_path(const char *variable, const char *name, char **ret_path)
{
	const char *value = secure_getenv(variable);
	_cleanup_free_ char *home = NULL;
	char *path;
	int r;

	if (value && *value) {
		path = strdup(value);
	} else {
		r = home_directory(&home);
		if (r < 0)
			return r;
		if (asprintf(&path, "%s/" PROFILE_DIRECTORY "/%s", home, name) < 0)
			path = NULL;
	}
	if (!path)
		return -ENOMEM;
	*ret_path = path;
	return 0;
}

int profile_credentials_path(char **ret_path)
{
	const char *value = secure_getenv(CREDENTIALS_VARIABLE);
	int r = value && *value ? -ENOENT : unit_credential_find(CREDENTIALS_OF_UNIT, ret_path);

	return r == -ENOENT ? profile_path(CREDENTIALS_VARIABLE, CREDENTIALS_NAME, ret_path) : r;
}

bool profile_is_path(const char *profile)
{
	return profile && strchr(profile, '/');
}
