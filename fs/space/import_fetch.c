/* SPDX-License-Identifier: MIT */
/*
 * An import is a job that no path of the ledger has, shown as a file. Its text is fetched when a
 * program wants to see its content or its attributes (the size is one of them). All requests for
 * the same import wait for the same fetch.
 *
 * A placeholder (the file of an import before its first fetch) is filled in place, because no
 * program can have read it. If the text was fetched longer ago than refresh= says, the service is
 * asked for a newer version first. A newer version comes as a new inode (incoming.c), and the
 * request goes on with that inode. If some program has the import open, the new file is another
 * node: the request is answered with ESTALE, and the kernel looks the name up again.
 *
 * If the service cannot be asked, an import that was fetched shows the text that it has. A request
 * on an import that was never fetched gets an error. No file is removed here. If the service does
 * not know a job, the job may be gone, or the keys may belong to another account. The next scan of
 * the list of jobs decides (submit/missing.c).
 *
 * First the text is on the disk, then the ledger records its version. After a crash between the
 * two, the text is fetched again.
 */
#define _GNU_SOURCE
#include "space/import_fetch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/crash.h"
#include "base/log.h"
#include "space/content.h"
#include "space/import.h"
#include "space/import_ahead.h"
#include "space/incoming.h"
#include "space/location.h"
#include "submit/imports.h"
#include "submit/show.h"

/* One fetch of an import's text: first the question to the service, then the write into the
 * import's file. */
struct import_fetch {
	struct space *space;
	/* the import's record as it was when the fetch began; take_shown() puts the fetched version
	 * in */
	struct import_record import;
	struct show_waiter *shown; /* NULL: the service is not being asked */
	uint64_t ino;		   /* the inode number of the import's file */
	bool is_ahead;		   /* no program had asked for the import when the fetch began */
	bool was_fetched;	   /* the file has an older content, which can be shown */
	struct waiting_requests waiting;
	LIST_ENTRY(import_fetch) link; /* in space->fetches */
};

static void free_fetch(struct import_fetch *fetch)
{
	import_record_finish(&fetch->import);
	free(fetch);
}

/* Writes the .error of an import whose text was never fetched, because a request for it fails with
 * r, a negative errno. The .error stays until the text is fetched. */
static void tell_unfetched(struct space *space, const char *name, int r)
{
	_cleanup_import_record_ struct import_record import = {0};
	_cleanup_free_ char *story = NULL;
	struct err err;

	/* nothing is written for an interrupt, for a job that is gone (a scan decides about that),
	 * and if the import has an .error already */
	if (r == -EINTR || r == -ESTALE || r == -ENOENT ||
	    import_find(space, &space->nodes.root, name, &import) < 0 || import.error)
		return;
	err_set(&err, -r, IMPORT_IS_UNFETCHED);
	err_detail(&err, "job", "%s", import.job_id);
	err_detail(&err, "what_to_do", "read the file again when the service can be reached");
	log_info("%s: %s: %s", name, err.text, strerror(-r));
	story = err_story(&err);
	if (!story || imports_tell(space->engine, &import, story) < 0)
		log_warning("%s: the ledger cannot record this", name);
}

/* Ends the fetch of an import's text and frees fetch. r 0: the requests that wait go on with the
 * new text. r negative: if the file has an older text, they go on with the older text, unless r is
 * -ESTALE. Otherwise they are answered with r, and the import's .error says why (not for -EINTR,
 * -ESTALE and -ENOENT). */
static void end_fetch(struct import_fetch *fetch, int r)
{
	LIST_REMOVE(fetch, link);
	if (fetch->is_ahead)
		import_ahead_end(fetch->space, r);
	if (r < 0 && fetch->was_fetched && r != -ESTALE) {
		log_info("%s: it shows its old text, because no new text came: %s",
			 fetch->import.name, strerror(-r));
		r = 0;
	}
	if (r < 0 && !LIST_EMPTY(&fetch->waiting))
		tell_unfetched(fetch->space, fetch->import.name, r);
	waiting_requests_end(&fetch->waiting, r);
	free_fetch(fetch);
}

/* ---- the answer of the service ---- */

/* Records in the ledger which version of the job the import's file has, after its text was written.
 * Returns 0 or -errno. */
static int record_fetched(struct import_fetch *fetch)
{
	CRASH_POINT("import-fetched");
	return imports_fetched(fetch->space->engine, &fetch->import);
}

static int may_replace_import(void *data)
{
	const struct import_fetch *fetch = data;
	_cleanup_import_record_ struct import_record import = {0};
	int r = imports_find(fetch->space->engine, fetch->import.name, &import);

	/* -ENOENT: by now the import is bound or removed; -EBUSY: by now another job has the
	 * name */
	return r == 0 && strcmp(import.job_id, fetch->import.job_id) ? -EBUSY : r;
}

static void on_import_written(void *data, int result)
{
	struct import_fetch *fetch = data;
	bool is_new_node = result == INCOMING_NEW_NODE;

	if (result >= 0)
		result = may_replace_import(fetch); /* by now the file may belong to another job */
	if (result == 0)
		result = record_fetched(fetch);
	if (result == -ENOENT || result == -EBUSY || (result == 0 && is_new_node))
		/* the request's node is not the file of this name any more: with ESTALE the kernel
		 * looks the name up again */
		result = -ESTALE;
	end_fetch(fetch, result);
}

/* Puts digest, attributes and version of the job that the service has shown into the import's
 * record. Returns 0 or -errno. */
static int take_shown(struct import_record *import, const struct shown_job *job)
{
	int r = content_digest(job->content, job->size, import->digest);

	attr_set_finish(&import->attrs);
	if (r == 0)
		r = attr_set_take(&import->attrs, job->attrs);
	/* without a version from the service take the version from the list, without that 1 */
	import->version = job->version		   ? job->version
			  : import->listed_version ? import->listed_version
						   : 1;
	return r;
}

/* Begins to bring the text that the service has shown into the import's file; on_import_written()
 * is called at the end. On an error ends the fetch. */
static void write_import(struct import_fetch *fetch, const struct shown_job *job)
{
	struct space *space = fetch->space;
	struct import_record *import = &fetch->import;
	struct node *root = &space->nodes.root;
	const struct node *node = node_known(&space->nodes, root, import->name);
	unsigned char before[CONTENT_DIGEST_SIZE];
	struct incoming_spec spec = {.parent = root,
				     .name = import->name,
				     .ino = fetch->ino,
				     .digest = fetch->was_fetched ? before : NULL,
				     .content = job->content,
				     .size = job->size,
				     .update_ms = job->update_ms,
				     .user = space->uid};
	int r;

	memcpy(before, import->digest, sizeof(before));
	/* Not in place if the file is open. No program opens a file before its first fetch; but if
	 * the ledger has lost that fetch, was_fetched is false for an old text */
	spec.in_place = !fetch->was_fetched && !(node && node->content);
	r = take_shown(import, job);
	if (r < 0)
		end_fetch(fetch, r);
	else
		incoming_begin(space, &spec, may_replace_import, on_import_written, fetch);
}

static void on_import_shown(void *data, int result, const struct shown_job *job)
{
	struct import_fetch *fetch = data;

	fetch->shown = NULL;
	if (result == -ESTALE && !fetch->was_fetched)
		end_fetch(fetch, -ENOENT);
	else if (result < 0 && result != -ESTALE)
		end_fetch(fetch, result);
	else if (result == -ESTALE || (job->version && job->version == fetch->import.version))
		end_fetch(fetch, record_fetched(fetch));
	else
		write_import(fetch, job);
}

/* ---- begin, and wait ---- */

static struct import_fetch *find_fetch(const struct space *space, const char *job_id)
{
	struct import_fetch *fetch;

	LIST_FOREACH (fetch, &space->fetches, link) {
		if (!strcmp(fetch->import.job_id, job_id))
			return fetch;
	}
	return NULL;
}

/* Begins to fetch the text of an import into its file, which has the inode number ino. take_import
 * is taken, also on failure. Returns 0 and *ret_fetch, or -errno. */
static int begin_fetch(struct space *space, struct import_record *take_import, uint64_t ino,
		       struct import_fetch **ret_fetch)
{
	struct import_fetch *fetch = calloc(1, sizeof(*fetch));
	int r;

	if (!fetch) {
		import_record_finish(take_import);
		return -ENOMEM;
	}
	*fetch = (struct import_fetch){.space = space, .import = *take_import, .ino = ino};
	fetch->was_fetched = take_import->version > 0;
	LIST_INIT(&fetch->waiting);
	r = show_job(space->engine, fetch->import.job_id, 0, on_import_shown, fetch, &fetch->shown);
	if (r < 0) {
		free_fetch(fetch);
		return r;
	}
	LIST_INSERT_HEAD(&space->fetches, fetch, link);
	*ret_fetch = fetch;
	return 0;
}

/* Finds the fetch of an import that is under way, or begins one. take_import is taken, also on
 * failure. Returns 0 and *ret_fetch, or -errno. */
static int join_fetch(struct space *space, struct import_record *take_import, uint64_t ino,
		      struct import_fetch **ret_fetch)
{
	struct import_fetch *fetch = find_fetch(space, take_import->job_id);

	if (!fetch)
		return begin_fetch(space, take_import, ino, ret_fetch);
	import_record_finish(take_import);
	if (fetch->shown)
		show_set_ahead(fetch->shown, false);
	*ret_fetch = fetch;
	return 0;
}

bool import_await(fuse_req_t req, struct node *node, const void *data, size_t size,
		  request_again_fn *ready)
{
	struct space *space = space_of(req);
	struct import_record import = {0};
	struct import_fetch *fetch;
	bool was_fetched;
	int r = import_find_node(space, node, &import), due;

	if (r == -ENOENT)
		return false;
	due = r == 0 ? imports_is_due(space->engine, &import) : r;
	if (due <= 0) {
		import_record_finish(&import);
		if (due < 0)
			reply(req, due);
		return due < 0;
	}
	was_fetched = import.version > 0;
	if (!was_fetched)
		import_ahead_note(space, import.name);
	r = join_fetch(space, &import, node->ino, &fetch);
	if (r == 0)
		r = waiting_requests_add(&fetch->waiting, req, node, data, size, ready);
	if (r < 0 && was_fetched)
		return false; /* show the old content */
	if (r < 0) {
		tell_unfetched(space, node->link.name, r);
		reply(req, r);
	}
	return true;
}

int import_fetch_ahead(struct space *space, const char *name)
{
	struct node *root = &space->nodes.root;
	const struct location location = {.dirfd = root->fd, .name = name, .fd = -1};
	struct import_record import = {0};
	struct import_fetch *fetch;
	struct stat st;
	int r = location_stat(&location, &st);

	if (r == 0)
		r = imports_find(space->engine, name, &import);
	if (r == 0 && (import.version || find_fetch(space, import.job_id))) {
		import_record_finish(&import);
		return 0;
	}
	if (r == 0)
		r = begin_fetch(space, &import, st.st_ino, &fetch);
	if (r == 0) {
		fetch->is_ahead = true;
		show_set_ahead(fetch->shown, true);
	}
	return r == 0 ? 1 : r == -ENOENT ? 0 : r;
}

void import_interrupt_all(struct space *space)
{
	struct import_fetch *fetch;

	import_ahead_stop(space);
	while ((fetch = LIST_FIRST(&space->fetches))) {
		waiting_requests_end(&fetch->waiting, -EINTR);
		LIST_REMOVE(fetch, link);
		if (fetch->shown)
			show_drop(fetch->shown);
		free_fetch(fetch);
	}
}
