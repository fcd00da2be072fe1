/* SPDX-License-Identifier: MIT */
/*
 * A directory of .coc/versions lists what the ledger knows: the names that are bound to a job, and
 * the directories that have such names below. The root lists the imports too. A listing is gathered
 * in slices when the directory is opened, because a directory may have more job files than one
 * iteration can look at.
 */
#define _GNU_SOURCE
#include "space/version_listing.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "space/bounds.h"
#include "space/text.h"
#include "space/version_tree.h"
#include "submit/freshness.h"
#include "submit/imports.h"

/* The parts of a listing of .coc/versions, in their order: job files that have a job; imports, in
 * the root only; and directories. */
enum listing_step { STEP_FILES, STEP_IMPORTS, STEP_DIRECTORIES, STEP_COUNT };

struct tree_listing {
	struct text_source source;
	struct space *space;
	int64_t newest; /* in the directory of a job: the newest version; 0: another directory */
	enum listing_step step;
	char after[NAME_MAX + 1]; /* the last name that was listed */
	char path[PATH_MAX];	  /* of the directory, from the root of the mount; "": the root */
};

static int add_name(struct buf *text, char kind, const char *name)
{
	buf_append(text, &kind, 1);
	return buf_append(text, name, strlen(name) + 1);
}

static int list_versions(const struct tree_listing *listing, struct buf *text)
{
	char name[32];

	for (int64_t n = 1; n <= listing->newest && n <= VERSIONS_LISTED_MAX; n++) {
		snprintf(name, sizeof(name), "v%lld.yaml", (long long)n);
		add_name(text, 'f', name);
	}
	return text->error;
}

/* Would a lookup in .coc/versions find this name of the directory? Only such names are listed. */
static bool is_shown(const struct tree_listing *listing, const char *name, bool is_dir)
{
	_cleanup_free_ char *path = NULL;
	struct version_source source;

	if (asprintf(&path, "%s%s%s", listing->path, *listing->path ? "/" : "", name) < 0) {
		path = NULL;
		return false;
	}
	return is_dir ? version_tree_is_directory(listing->space, path)
		      : version_tree_find(listing->space, path, &source) == 0;
}

static int take_import_name(void *data, const struct import_record *import)
{
	snprintf(data, NAME_MAX + 1, "%s", import->name);
	return 0;
}

/* Finds the next import after the name in listing->after. Only the root has imports. Returns 0,
 * -ENOENT (no more) or another -errno. */
static int next_import(const struct tree_listing *listing, char name[NAME_MAX + 1])
{
	int r;

	name[0] = '\0';
	if (*listing->path)
		return -ENOENT;
	r = imports_walk(listing->space->engine, listing->after, 1, take_import_name, name);
	return r < 0 ? r : *name ? 0 : -ENOENT;
}

/* Finds the next name of the step that the listing is at. Returns 0, -ENOENT (the step is over) or
 * another -errno. */
static int next_name(const struct tree_listing *listing, char name[NAME_MAX + 1])
{
	struct engine *engine = listing->space->engine;

	switch (listing->step) {
	case STEP_FILES:
		return freshness_next_name(engine, listing->path, listing->after, name);
	case STEP_IMPORTS:
		return next_import(listing, name);
	default:
		return freshness_next_directory(engine, listing->path, listing->after, name);
	}
}

static int write_tree_listing(struct text_source *source, struct buf *text)
{
	struct tree_listing *listing = (struct tree_listing *)source;
	char name[NAME_MAX + 1];

	if (listing->newest)
		return list_versions(listing, text);
	for (int n = 0; n < VERSION_NAMES_AT_ONCE; n++) {
		int r = next_name(listing, name);
		bool is_dir = listing->step == STEP_DIRECTORIES;

		if (r < 0 && r != -ENOENT)
			return r;
		if (r == -ENOENT) {
			listing->after[0] = '\0';
			if (++listing->step == STEP_COUNT)
				return 0;
			continue;
		}
		strcpy(listing->after, name);
		r = is_shown(listing, name, is_dir) ? add_name(text, is_dir ? 'd' : 'f', name) : 0;
		if (r < 0)
			return r;
	}
	return 1;
}

struct text_source *version_listing(struct space *space, const struct node *node)
{
	struct tree_listing *listing = calloc(1, sizeof(*listing));
	_cleanup_free_ char *path = NULL;
	struct version_source source;
	int64_t version;

	if (!listing || version_tree_path(space, node, NULL, &path) < 0) {
		free(listing);
		return NULL;
	}
	listing->source.write = write_tree_listing;
	listing->space = space;
	strcpy(listing->path, path);
	if (version_tree_source(space, node, &source, &version) == 0)
		listing->newest = source.newest;
	return &listing->source;
}

/* Adds one entry of a listing to an answer. at: the entry, as version_listing() writes it. next:
 * the offset of the entry after it. Returns the bytes that the entry takes; if they are more than
 * room, the entry was not added. */
static size_t add_tree_entry(fuse_req_t req, struct node *dir, char *answer, size_t room,
			     const char *at, off_t next, bool plus)
{
	struct space *space = space_of(req);
	const char *name = at + 1;
	bool is_dir = *at == 'd' || (!version_tree_is_job(dir) && *at == 'f');
	struct fuse_entry_param entry = {.attr.st_mode = is_dir ? S_IFDIR : S_IFREG,
					 .attr.st_ino = sibling_ino(dir, name)};
	size_t size;

	/* two kinds of entries get no attributes, and their lookup finds out: a name that is gone,
	 * and a version, whose size only the service may know */
	if (plus && is_dir && *name != '.' && version_tree_fill(space, dir, name, &entry) < 0)
		entry.ino = 0;
	size = plus ? fuse_add_direntry_plus(req, answer, room, name, &entry, next)
		    : fuse_add_direntry(req, answer, room, name, &entry.attr, next);
	if (entry.ino && size > room)
		node_forget(&space->nodes, node_of(&space->nodes, entry.ino), 1);
	return size;
}

void version_listing_reply(fuse_req_t req, struct node *dir, size_t size, off_t offset, bool plus,
			   struct fuse_file_info *fi)
{
	static const char dots[] = "d.\0d..";
	const size_t dots_size = sizeof(dots);
	_cleanup_free_ char *answer = malloc(size);
	const struct buf *names = text_of(fi);
	size_t used = 0, more, at = (size_t)offset;

	if (!answer) {
		reply(req, -ENOMEM);
		return;
	}
	/* an offset counts bytes: first those of dots, then those of names */
	while (at < dots_size + names->size) {
		const char *entry = at < dots_size ? dots + at : names->data + (at - dots_size);
		size_t next = at + strlen(entry) + 1;

		more = add_tree_entry(req, dir, answer + used, size - used, entry, (off_t)next,
				      plus);
		if (more > size - used)
			break;
		used += more;
		at = next;
	}
	fuse_reply_buf(req, answer, used);
}
