/* SPDX-License-Identifier: MIT */
/*
 * The default state directory of a SOURCE. Older versions named the directory after the source as
 * the user typed it: http://h:80/ and HTTP://h had two directories. So cocfs turns the names of
 * existing directories back into sources, and compares these with SOURCE. In a name '_' stands for
 * ':', '/', '[' or ']', so cocfs tries each meaning. If it takes a directory of another source by
 * that, the ledger there refuses SOURCE.
 */
#define _GNU_SOURCE
#include "cocfs/state_place.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/home.h"
#include "coc/source.h"

#define ROOT_DEFAULT "/var/lib/cocfs"
#define USER_DEFAULT ".local/state"

/* Makes a file name from a source, such as "https___host_1" from "https://host:1". The caller frees
 * the name. NULL: out of memory. */
static char *name_of_source(const char *source)
{
	char *name = strdup(source);

	for (char *at = name; at && *at; at++)
		if (strchr("/:[]", *at))
			*at = '_';
	return name;
}

/* Finds the directory that has the state directories of this user, one for each source. It need not
 * exist. Returns 0, or -errno with err filled. */
static int find_root(char **ret_root, struct err *err)
{
	_cleanup_free_ char *home = NULL;
	const char *state = home_variable("XDG_STATE_HOME");
	int n, r;

	if (geteuid() == 0) {
		n = asprintf(ret_root, ROOT_DEFAULT);
	} else if (state) {
		n = asprintf(ret_root, "%s/cocfs", state);
	} else {
		r = home_directory(&home);
		if (r == -ENOENT) {
			err_set(err, ENOENT,
				"no place to keep the space in: the user %u has no home directory",
				geteuid());
			err_detail(err, "what_to_do", "give one: -o state_dir=DIR");
			return r;
		}
		n = r < 0 ? -1 : asprintf(ret_root, "%s/" USER_DEFAULT "/cocfs", home);
	}
	return n < 0 ? err_set(err, ENOMEM, "out of memory") : 0;
}

/* Turns the part of a name behind the host back into that of a source, in place: "_8080_" becomes
 * ":8080/". */
static void restore_tail(char *tail)
{
	size_t length = strlen(tail);

	if (length && tail[length - 1] == '_')
		tail[length - 1] = '/';
	if (tail[0] == '_' && isdigit((unsigned char)tail[1]))
		tail[0] = ':';
}

/* Does a directory's name stand for this source, if its host is an IPv6 address? name[scheme] is
 * the '_' of "[", behind "https___" or "http___". Tries each further '_' as the "]", and those
 * between as ":". */
static bool is_ipv6_name_of(const char *name, size_t scheme, const char *source)
{
	for (size_t end = strlen(name) - 1; end > scheme; end--) {
		_cleanup_free_ char *text = name[end] == '_' ? strdup(name) : NULL;

		if (!text)
			continue;
		memcpy(text + scheme - 3, "://[", 4);
		for (size_t i = scheme + 1; i < end; i++)
			if (text[i] == '_')
				text[i] = ':';
		text[end] = ']';
		restore_tail(text + end + 1);
		if (coc_source_is_same(text, source))
			return true;
	}
	return false;
}

/* Does a directory's name stand for this source, in any spelling? If memory is short, the answer is
 * no. */
static bool is_name_of(const char *name, const char *source)
{
	size_t scheme = !strncasecmp(name, "https___", 8)  ? 8
			: !strncasecmp(name, "http___", 7) ? 7
							   : 0;
	_cleanup_free_ char *text = NULL;
	char *last;

	if (!scheme)
		return coc_source_is_same(name, source);
	if (name[scheme] == '_')
		return is_ipv6_name_of(name, scheme, source);
	text = strdup(name);
	if (!text)
		return false;
	memcpy(text + scheme - 3, "://", 3);
	last = text + strlen(text) - 1;
	if (*last == '_')
		*last = '/';
	last = strrchr(text, '_');
	if (last && last > text + scheme && strspn(last + 1, "0123456789/") == strlen(last + 1))
		*last = ':';
	return coc_source_is_same(text, source);
}

/* Looks for ledger.db in the directory name below root_fd. Returns 0 if it is there; -ENOENT if it
 * is not, or if name is no directory; another -errno if that cannot be found out. */
static int look_for_ledger(int root_fd, const char *name, struct stat *ret_ledger)
{
	_cleanup_free_ char *path = NULL;

	if (asprintf(&path, "%s/ledger.db", name) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	if (fstatat(root_fd, path, ret_ledger, 0) == 0)
		return 0;
	return errno == ENOTDIR ? -ENOENT : -errno;
}

static int refuse_root(const char *root, const char *name, int errnum, struct err *err)
{
	err_set(err, errnum, "cannot see whether %s%s%s has the jobs of this source: %s", root,
		name ? "/" : "", name ? name : "", strerror(errnum));
	err_detail(err, "what_to_do", "give the state directory: -o state_dir=DIR");
	return -errnum;
}

static int refuse_two(const char *root, const char *one, const char *other, const char *source,
		      struct err *err)
{
	err_set(err, EEXIST, "%s/%s and %s/%s both have a ledger of %s", root, one, root, other,
		source);
	err_detail(err, "what_to_do",
		   "say which one has the jobs: -o state_dir=%s/%s or -o state_dir=%s/%s", root,
		   one, root, other);
	return -EEXIST;
}

/* Finds the directory in root (open as dir) that has a ledger, and whose name is own_name or stands
 * for source. Returns 0 with *ret_name, NULL if there is none; or -errno with err filled, -EEXIST
 * if there are several. */
static int find_space(DIR *dir, const char *root, const char *own_name, const char *source,
		      char **ret_name, struct err *err)
{
	_cleanup_free_ char *found = NULL;
	struct stat first = {0}, ledger;
	struct dirent *entry;
	int r;

	while ((errno = 0, entry = readdir(dir))) {
		if (strcmp(entry->d_name, own_name) && !is_name_of(entry->d_name, source))
			continue;
		r = look_for_ledger(dirfd(dir), entry->d_name, &ledger);
		if (r == -ENOENT)
			continue;
		if (r < 0)
			return refuse_root(root, entry->d_name, -r, err);
		if (found && ledger.st_dev == first.st_dev && ledger.st_ino == first.st_ino)
			continue; /* the entry is a symbolic link to the directory that was found */
		if (found)
			return refuse_two(root, found, entry->d_name, source, err);
		first = ledger;
		found = strdup(entry->d_name);
		if (!found)
			return err_set(err, ENOMEM, "out of memory");
	}
	if (errno)
		return refuse_root(root, NULL, errno, err);
	*ret_name = steal_ptr(found);
	return 0;
}

int state_place_find(const char *source, char **ret_path, struct err *err)
{
	_cleanup_free_ char *own_name = name_of_source(source), *name = NULL, *root = NULL;
	DIR *dir;
	int r;

	if (!own_name)
		return err_set(err, ENOMEM, "out of memory");
	r = find_root(&root, err);
	if (r < 0)
		return r;
	dir = opendir(root);
	if (dir) {
		r = find_space(dir, root, own_name, source, &name, err);
		closedir(dir);
	} else if (errno != ENOENT) {
		r = refuse_root(root, NULL, errno, err);
	}
	if (r == 0 && asprintf(ret_path, "%s/%s", root, name ? name : own_name) < 0)
		r = err_set(err, ENOMEM, "out of memory");
	return r;
}
