/* SPDX-License-Identifier: MIT */
/*
 * An import gets a name that no file in the spool's root has. To ask the kernel for one name takes
 * 6 µs. It takes longer while a thread makes files there, because both lock the directory. At the
 * first scan of a large account the root is mostly empty. So the names in the root are read once,
 * when imports begin to get their names. A name that was not read is free, as long as no request
 * makes a name in the root. When a request makes one, the names that were read are forgotten, and
 * the kernel is asked for each name again. The files of imports need no such care: the ledger has
 * their names.
 */
#define _GNU_SOURCE
#include "space/root_names.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "space/bounds.h"
#include "space/entries.h"

struct root_names {
	struct buf text;		   /* each name ends with a NUL */
	size_t n;			   /* how many names text has */
	const char *names[ROOT_NAMES_MAX]; /* sorted; they point into text */
};

static int compare_names(const void *one, const void *other)
{
	return strcmp(*(const char *const *)one, *(const char *const *)other);
}

/* Adds the names of a directory's entries to names. Returns 0, -E2BIG (the directory is too big) or
 * another -errno. */
static int add_names(struct root_names *names, struct entries *entries)
{
	const struct dirent *entry;
	int r = 0;

	while (r >= 0) {
		r = entries_take(entries, &entry);
		if (r == 0)
			return 0;
		if (r == -EAGAIN)
			r = entries_is_big(entries) ? -E2BIG : entries_read(entries);
		else if (names->n++ == ROOT_NAMES_MAX)
			r = -E2BIG;
		else
			r = buf_append(&names->text, entry->d_name, strlen(entry->d_name) + 1);
	}
	return r;
}

static void sort_names(struct root_names *names)
{
	const char *at = names->text.data;

	for (size_t i = 0; i < names->n; i++, at += strlen(at) + 1)
		names->names[i] = at;
	qsort(names->names, names->n, sizeof(*names->names), compare_names);
}

/* Reads all names in the root of the spool into names, and sorts them. Returns 0 or -errno. */
static int read_names(const struct space *space, struct root_names *names)
{
	_cleanup_free_ struct entries *entries = malloc(sizeof(*entries));
	int r, fd = entries ? openat(space->nodes.root.fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
			    : -1;

	if (fd < 0)
		return -ENOMEM;
	entries_init(entries, fd);
	r = add_names(names, entries);
	close(entries->fd);
	if (r == 0)
		sort_names(names);
	return r;
}

void root_names_read(struct space *space)
{
	root_names_forget(space);
	space->root_names = calloc(1, sizeof(*space->root_names));
	if (space->root_names && read_names(space, space->root_names) < 0)
		root_names_forget(space);
}

void root_names_forget(struct space *space)
{
	struct root_names *names = steal_ptr(space->root_names);

	if (!names)
		return;
	buf_finish(&names->text);
	free(names);
}

bool root_names_lack(const struct space *space, const char *name)
{
	const struct root_names *names = space->root_names;

	return names &&
	       !bsearch(&name, names->names, names->n, sizeof(*names->names), compare_names);
}
