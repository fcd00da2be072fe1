/* SPDX-License-Identifier: MIT */
/* The files of imports in the spool's root, for the engine: submit/placing.c says when they are
 * made and removed. A placeholder is an empty file. The ledger says that its content is not
 * fetched, so no program sees an empty file. */
#define _GNU_SOURCE
#include "space/placeholder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "bounds/api.h"
#include "space/content_read.h"
#include "space/location.h"
#include "space/placeholder_maker.h"
#include "space/root_names.h"
#include "submit/imports.h"

static struct location location_in_root(const struct space *space, const char *name)
{
	return (struct location){.dirfd = space->nodes.root.fd, .name = name, .fd = -1};
}

static int has_file(void *data, const char *name)
{
	const struct location location = location_in_root(data, name);
	struct stat st;
	int r = root_names_lack(data, name) ? -ENOENT : location_stat(&location, &st);

	return r == -ENOENT ? 0 : r < 0 ? r : 1;
}

static void begin_naming(void *data)
{
	root_names_read(data);
}

static void end_naming(void *data)
{
	root_names_forget(data);
}

static int make_placeholder(void *data, const char *name)
{
	const struct space *space = data;

	return mknodat(space->nodes.root.fd, name, S_IFREG | 0600, 0) < 0 ? -errno : 0;
}

static int make_placeholders(void *data, const char *names, size_t size, import_made_fn *done,
			     void *done_data)
{
	const struct space *space = data;

	return placeholder_maker_begin(space->placeholders, names, size, done, done_data);
}

static size_t stop_making(void *data)
{
	const struct space *space = data;

	return placeholder_maker_stop(space->placeholders);
}

/* Has a file the text that the ledger records of its import? An empty file counts as having it.
 * Returns 1, 0 or -errno. */
static int is_as_recorded(const struct location *location, const struct stat *st,
			  const struct import_record *import)
{
	unsigned char digest[CONTENT_DIGEST_SIZE];
	int r;

	if (!import->version || !st->st_size)
		return !st->st_size; /* an empty file holds nothing that could be lost */
	if (st->st_size > COC_CONTENT_MAX)
		return 0;
	r = content_read_digest(location, -1, digest);
	return r < 0 ? r : !memcmp(digest, import->digest, sizeof(digest));
}

/* Removes a name of the root, and its name from the node that the kernel may know. */
static int unlink_in_root(struct space *space, const char *name)
{
	struct nodes *nodes = &space->nodes;
	struct node *node = node_known(nodes, &nodes->root, name);
	int r;

	if (node)
		node_keep(nodes, node, space->uid);
	r = unlinkat(nodes->root.fd, name, 0) < 0 ? -errno : 0;
	if (node && r == 0)
		node_unlinked(nodes, node, &nodes->root, name);
	else if (node)
		node_unkeep(nodes, node);
	return r;
}

static int remove_placeholder(void *data, const struct import_record *import)
{
	struct space *space = data;
	const struct location location = location_in_root(space, import->name);
	struct stat st;
	int r = location_stat(&location, &st);

	if (r == -ENOENT || (r == 0 && !S_ISREG(st.st_mode)))
		return 0;
	if (r == 0)
		r = is_as_recorded(&location, &st, import);
	if (r == 0)
		log_warning("%s stays: its text is not the one that came from the service",
			    import->name);
	return r <= 0 ? r : unlink_in_root(space, import->name);
}

static int has_job_file(void *data, const char *path)
{
	const struct space *space = data;
	struct stat st;

	if (fstatat(space->nodes.root.fd, path, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT || errno == ENOTDIR ? 0 : -errno;
	return S_ISREG(st.st_mode);
}

int placeholders_begin(struct space *space)
{
	const struct import_files files = {.has = has_file,
					   .naming_begin = begin_naming,
					   .naming_end = end_naming,
					   .make = make_placeholder,
					   .make_many = make_placeholders,
					   .make_stop = stop_making,
					   .remove = remove_placeholder,
					   .has_job_file = has_job_file,
					   .data = space};
	int r = placeholder_maker_create(space, &space->placeholders);

	return r < 0 ? r : imports_begin(space->engine, &files);
}
