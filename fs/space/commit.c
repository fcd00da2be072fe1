/* SPDX-License-Identifier: MIT */
/* From a kernel request to a commit: the engine gets the file's content, attributes and author. */
#define _GNU_SOURCE
#include "space/commit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "space/adopter.h"
#include "space/backup.h"
#include "space/claim.h"
#include "space/claim_row.h"
#include "space/content.h"
#include "space/content_read.h"
#include "space/half.h"
#include "space/job_attributes.h"
#include "space/job_name.h"
#include "space/location.h"
#include "space/path.h"
#include "space/pending_reply.h"
#include "space/reading.h"
#include "space/rename_recover.h"

/* ---- content ---- */

/* Fills err with the reason why a file could not be read. errnum: the positive errno. */
static void explain_unreadable(int errnum, struct err *err)
{
	if (errnum == EFBIG) {
		content_too_big(err);
		return;
	}
	err_set(err, errnum, "the file cannot be read from the spool: %s", strerror(errnum));
	if (errnum == EACCES)
		err_detail(err, "what_to_do", "let its owner read it: chmod u+r FILE");
}

/* The data of put_kept(): the file that is committed, its path in the space, and the pending reply
 * of the request that commits it. */
struct commit_file {
	const struct location *location;
	const char *path;
	struct pending_reply *wait;
};

/* submit_commit() calls this for each attribute of the job that the ledger keeps for the name, and
 * that the file does not have. Stores the attribute on the file and notes it in wait->put. A
 * failure is only logged: the commit takes the value from the ledger. */
static void put_kept(void *data, enum attr attr, const char *value)
{
	struct commit_file *file = data;
	int r = job_attributes_put(file->location, attr, value);

	if (r == 0)
		file->wait->put |= 1U << attr;
	else
		log_warning("%s: its %s is in force, and cannot be stored on the file: %s",
			    file->path, attr_field(attr), strerror(-r));
}

/* Finds the author of the content at a location, as claim_author() does. Returns 0 or -errno. */
static int find_author(struct space *space, fuse_req_t req, const struct location *location,
		       struct node *parent, const char *name, const struct stat *replaced,
		       struct author *ret_author)
{
	struct stat st;
	int r = location_stat(location, &st);

	return r < 0 ? r : claim_author(space, req, parent, name, &st, replaced, ret_author);
}

/* Records the refusal of a commit. incomplete: the file may be half of what was meant. Returns
 * -err->errnum, or another -errno if it cannot be recorded. */
static int refuse_commit(struct space *space, fuse_req_t req, const struct location *location,
			 struct node *parent, const char *name, bool incomplete,
			 const struct err *err)
{
	_cleanup_free_ char *path = NULL;
	struct author author;
	int r = node_path_of(parent, name, &path);

	if (r == 0)
		r = find_author(space, req, location, parent, name, NULL, &author);
	return r < 0 ? r : submit_refuse(space->engine, path, &author, incomplete, err);
}

int commit_refuse_node(struct space *space, fuse_req_t req, struct node *node,
		       const struct name *link, bool incomplete, const struct err *err)
{
	struct location location;
	int r = node_location(&space->nodes, node, &location);

	if (r == 0 && incomplete)
		half_mark(&location);
	return r < 0 ? r
		     : refuse_commit(space, req, &location, link->parent, link->name, incomplete,
				     err);
}

static void explain_unready(int r, struct err *err)
{
	err_set(err, -r, "its commit could not begin, nothing was sent: %s", strerror(-r));
	err_detail(err, "what_to_do", "write the file again");
}

/* Finds what a commit needs before its content is read: the path in the space, the path for people
 * (with the mountpoint) and the author. Before the author, records the end of renames that the
 * ledger lacks (rename_settle()). The caller frees both paths, also on failure. Returns 0 or
 * -errno. */
static int prepare_commit(struct space *space, const struct location *location, struct node *parent,
			  const char *name, const struct stat *replaced, fuse_req_t req,
			  char **ret_path, char **ret_shown, struct author *ret_author)
{
	int r = node_path_of(parent, name, ret_path);

	if (r == 0 && asprintf(ret_shown, "%s/%s", space->options->mountpoint, *ret_path) < 0) {
		*ret_shown = NULL;
		r = -ENOMEM;
	}
	if (r == 0)
		r = rename_settle(space);
	return r < 0 ? r : find_author(space, req, location, parent, name, replaced, ret_author);
}

int commit_refuse_unready(struct space *space, struct node *node, const struct name *link, int r)
{
	struct err err;

	explain_unready(r, &err);
	return commit_refuse_node(space, NULL, node, link, false, &err);
}

/* Writes to .error that a commit could not begin. r: the negative errno of that. Without the .error
 * nobody might see it: req may be NULL. Returns r, or another -errno if it cannot be recorded. */
static int refuse_unready(struct space *space, fuse_req_t req, const struct location *location,
			  struct node *parent, const char *name, int r)
{
	struct err err;

	explain_unready(r, &err);
	return refuse_commit(space, req, location, parent, name, false, &err);
}

void commit_location(struct space *space, const struct location *location, int read_fd,
		     struct node *parent, const char *name, const struct stat *replaced,
		     struct pending_reply *wait)
{
	_cleanup_free_ char *path = NULL, *shown = NULL;
	struct commit_file file = {.location = location, .wait = wait};
	struct commit commit = {.rules = &space->options->rules, .put = put_kept, .file = &file};
	struct waiter *waiter = NULL;
	struct err err = {0};
	struct stat st;
	int r = prepare_commit(space, location, parent, name, replaced, wait->req, &path, &shown,
			       &commit.author);

	if (r == 0)
		r = location_stat(location, &st);
	if (r == 0 && !wait->base)
		r = reading_note_writer(wait, parent, name, replaced ? replaced : &st, !replaced);
	if (r < 0) {
		pending_reply_begin(wait, NULL,
				    refuse_unready(space, wait->req, location, parent, name, r));
		return;
	}
	commit.user =
		wait->req ? fuse_req_ctx(wait->req)->uid : commit.author.holding.owner.file.uid;
	commit.base = wait->base;
	commit.is_renamed = wait->is_renamed;
	commit.keeps_text = wait->keeps_text;
	commit.named = wait->named;
	commit.adopts = adopter_may_take(space, wait->req, commit.author.holding.owner.file.uid);
	commit.path = file.path = path;
	commit.shown = shown;
	r = content_read(location, read_fd, &commit.content, &commit.size);
	if (r < 0)
		explain_unreadable(-r, &err);
	else
		r = job_attributes_collect(space, location, parent, &commit.own, &commit.inherited,
					   &err);
	if (r < 0) {
		commit_finish(&commit);
		r = submit_refuse(space->engine, path, &commit.author, false, &err);
	} else {
		r = submit_commit(space->engine, &commit, pending_reply_done, wait, &waiter);
	}
	pending_reply_begin(wait, waiter, r);
}

/* ---- when ---- */

void commit_open(struct space *space, struct handle *handle, const struct name *link,
		 struct pending_reply *wait)
{
	struct content *content = handle->node->content;
	struct location location;
	int r = node_location(&space->nodes, handle->node, &location);

	wait->opener = handle->opener;
	if (r == 0 && content->refusal)
		half_mark(&location);
	else if (content->filled)
		half_end(handle->fd);
	wait->keeps_text = !content->filled;
	content->committed = content->written;
	content->filled = false;
	contributors_clear(&content->contributors);
	if (r == 0 && content->refusal)
		r = refuse_commit(space, wait->req, &location, link->parent, link->name, true,
				  content->refusal);
	if (r < 0) {
		pending_reply_begin(wait, NULL, r);
		return;
	}
	/* location may have the name of another hard link than link: that makes no difference,
	 * because attributes belong to the inode */
	commit_location(space, &location, content_read_fd(handle->node), link->parent, link->name,
			NULL, wait);
}

void commit_closed(struct space *space, struct node *node, struct pending_reply *wait)
{
	_cleanup_job_record_ struct job_record job = {0};
	const struct name *link = node_job_name(space, node);
	struct location location;
	struct stat st;
	int r = node_location(&space->nodes, node, &location);

	if (r < 0 || !link || (node->content && node->content->writers)) {
		wait->answer(wait, r);
		return;
	}
	r = location_stat(&location, &st);
	if (r == 0)
		r = claim_find(space, link->parent, link->name, &st, &job);
	if (r == 0)
		r = backup_is(space, node, &job);
	if ((r == 0 || r == -ENOENT) && (job.incomplete || half_is_marked(&location)))
		r = 1;
	if (r != 0 && r != -ENOENT) {
		/* Nothing is committed. Only a user who has set coc.base (wait->base) asked for a
		 * commit: for a backup, or a file that may be half, the answer is then EINTR */
		wait->answer(wait, r < 0 ? r : wait->base ? -EINTR : 0);
		return;
	}
	commit_location(space, &location, -1, link->parent, link->name, NULL, wait);
}
