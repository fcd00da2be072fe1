/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "cocfs/apart.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "coc/profile.h"

static bool is_path_within(const char *path, const char *directory)
{
	size_t length = strlen(directory);

	return !strncmp(path, directory, length) && (path[length] == '/' || !path[length]);
}

/* Is the file at path, or the file to which symbolic links there lead, within a directory? */
static bool is_link_within(const char *path, const char *directory)
{
	_cleanup_free_ char *real = realpath(path, NULL);

	return is_path_within(real ? real : path, directory);
}

/* Fills err for a file at path that cocfs would reach only through its own mount. what: the option
 * or a word for the file. Returns -EINVAL. */
static int refuse_within(const char *what, const char *path, struct err *err)
{
	err_set(err, EINVAL, "%s%s is under the mountpoint", what, path);
	err_detail(err, "what_to_do", "give a file that is not below the mountpoint");
	return -EINVAL;
}

int apart_check_log(const struct opts *opts, struct err *err)
{
	return is_path_within(opts->logfile, opts->mountpoint)
		       ? refuse_within("-o logfile=", opts->logfile, err)
		       : 0;
}

int apart_check(const struct opts *opts, const char *state_dir, struct err *err)
{
	const char *mountpoint = opts->mountpoint;
	_cleanup_free_ char *credentials = NULL;

	if (is_path_within(state_dir, mountpoint) || is_path_within(mountpoint, state_dir)) {
		err_set(err, EINVAL,
			"the mountpoint %s and the state directory %s must not be in each other",
			mountpoint, state_dir);
		err_detail(err, "what_to_do",
			   "give a directory beside the mountpoint: -o state_dir=DIR");
		return -EINVAL;
	}
	if (opts->cacert && is_path_within(opts->cacert, mountpoint))
		return refuse_within("-o cacert=", opts->cacert, err);
	if (profile_is_path(opts->profile) && is_link_within(opts->profile, mountpoint))
		return refuse_within("-o profile=", opts->profile, err);
	if (profile_credentials_path(&credentials) < 0)
		return 0;
	return is_link_within(credentials, mountpoint)
		       ? refuse_within("the file of credentials ", credentials, err)
		       : 0;
}

int apart_check_token(const struct opts *opts, const char *path, bool is_mounted, struct err *err)
{
	bool is_within = is_mounted ? is_path_within(path, opts->mountpoint)
				    : is_link_within(path, opts->mountpoint);

	return is_within ? refuse_within("id_token_file ", path, err) : 0;
}
