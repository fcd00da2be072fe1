/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "base/home.h"

#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_in_roots_home(const char *path)
{
	const struct passwd *root = getpwuid(0);
	const char *home = root && root->pw_dir ? root->pw_dir : "/root";
	size_t length = strlen(home);

	/* where the home of root is "/", no directory counts as private to root */
	return length > 1 && !strncmp(path, home, length) && (path[length] == '/' || !path[length]);
}

/* Does the directory belong to the effective user? Or does root own it, and it is not in root's own
 * home? If there is no such directory, the owner of the nearest directory above counts. */
static bool is_home_ours(const char *path)
{
	char nearest[PATH_MAX];
	struct stat st;

	if (strlen(path) >= sizeof(nearest))
		return false;
	strcpy(nearest, path);
	while (stat(nearest, &st) < 0) {
		char *slash = strrchr(nearest, '/');

		if (errno != ENOENT)
			return false;
		if (slash == nearest)
			slash++;
		if (!*slash)
			return false;
		*slash = '\0';
	}
	if (st.st_uid == geteuid())
		return true;
	return st.st_uid == 0 && !is_in_roots_home(path);
}

const char *home_variable(const char *name)
{
	const char *path = secure_getenv(name);

	return path && path[0] == '/' && is_home_ours(path) ? path : NULL;
}

int home_directory(char **ret_path)
{
	const char *path = home_variable("HOME");
	char *copy;

	if (!path) {
		const struct passwd *entry = getpwuid(geteuid());

		path = entry ? entry->pw_dir : NULL;
	}
	if (!path || !*path)
		return -ENOENT;
	copy = strdup(path);
	if (!copy)
		return -ENOMEM;
	*ret_path = copy;
	return 0;
}
