/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "space/jobs_view.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "space/catalogue_wait.h"
#include "space/claim_row.h"
#include "space/text.h"
#include "space/viewer.h"
#include "submit/catalogue.h"

/* ---- the text ---- */

struct jobs_text {
	struct text_source source;
	struct viewer viewer;
	struct catalogue_listing listing;
};

static bool may_see_job(void *data, const struct catalogue_binding *binding)
{
	bool shows_text;

	return binding ? viewer_may_read(data, binding->path, binding->is_aside, &binding->holding,
					 &shows_text)
		       : viewer_may_read_foreign(data);
}

/* For .coc/jobs: is the file of this binding still there? A row outlives its file, and by now
 * another user's file may have the name. Returns true if a regular file has the path, the row is
 * not set aside (claim.h), and the row belongs to that file's user. */
static bool has_file(void *data, const struct catalogue_binding *binding)
{
	const struct viewer *viewer = data;
	const struct space *space = viewer->space;
	struct stat st;

	return !binding->is_aside &&
	       fstatat(space->nodes.root.fd, binding->path, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       S_ISREG(st.st_mode) && claim_is_of(space, &binding->holding, st.st_uid);
}

static int write_jobs(struct text_source *source, struct buf *text)
{
	struct jobs_text *jobs = (struct jobs_text *)source;

	return catalogue_listing_write(&jobs->listing, text);
}

static struct text_source *jobs_text(struct space *space, fuse_req_t req)
{
	struct jobs_text *jobs = calloc(1, sizeof(*jobs));

	if (!jobs)
		return NULL;
	jobs->source = (struct text_source){.write = write_jobs};
	viewer_init(&jobs->viewer, space, req);
	jobs->listing = (struct catalogue_listing){.engine = space->engine,
						   .may_see = may_see_job,
						   .has_file = has_file,
						   .data = &jobs->viewer};
	return &jobs->source;
}

/* ---- the open ---- */

static void open_jobs(fuse_req_t req, int result, struct fuse_file_info *fi)
{
	if (result < 0)
		reply(req, result);
	else
		text_open_long(req, jobs_text(space_of(req), req), fi);
}

void jobs_view_open(fuse_req_t req, struct fuse_file_info *fi)
{
	if ((fi->flags & O_ACCMODE) != O_RDONLY || (fi->flags & O_TRUNC))
		reply(req, -EPERM);
	else
		catalogue_wait(req, fi, open_jobs);
}
