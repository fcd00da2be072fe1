/* SPDX-License-Identifier: MIT */
/* Links. A link of a scratch file onto a job file name is a commit. A link of a job file is
 * refused. */
#define _GNU_SOURCE
#include <errno.h>

#include "space/backup.h"
#include "space/claim.h"
#include "space/content.h"
#include "space/job_name.h"
#include "space/link_run.h"
#include "space/location.h"
#include "space/new_name.h"
#include "space/ops.h"
#include "space/pending_reply.h"
#include "space/rename_source.h"
#include "space/rename_wait.h"
#include "space/renaming.h"
#include "space/sibling.h"
#include "space/unmade.h"

void op_link(fuse_req_t req, fuse_ino_t id, fuse_ino_t to_parent_id, const char *to_name)
{
	struct space *space = space_of(req);
	struct node *source = node_of(&space->nodes, id);
	struct renaming renaming = {.user = fuse_req_ctx(req)->uid};
	struct stat *st = &renaming.from.st;
	struct location location;
	bool is_commit;
	struct node *to_parent = node_of(&space->nodes, to_parent_id);
	int r = name_check_new(req, to_parent, to_name);

	if (r == 0)
		r = end_look(space, to_parent, to_name, &renaming.to);
	if (r == 0)
		r = sibling_check(space, source);
	if (r == 0 && (node_is_derived(source) || node_job_name(space, source)))
		r = -EPERM;
	if (r == 0 && renaming.to.exists)
		r = -EEXIST;
	if (r == 0)
		r = node_location(&space->nodes, source, &location);
	if (r == 0)
		r = location_stat(&location, st);
	/* refuse a file with several names: one that we do not know may be a job file's */
	if (r == 0 && renaming.to.is_job && S_ISREG(st->st_mode) && st->st_nlink > 1)
		r = -EPERM;
	if (r == 0 && S_ISREG(st->st_mode))
		r = backup_give_back(space, req, to_parent, to_name);
	/* r > 0: the name has got its job back; then even an ignored name is a job file name */
	renaming.to.is_job |= r > 0;
	r = r < 0 ? r : 0;
	is_commit = r == 0 && renaming.to.is_job && S_ISREG(st->st_mode) && st->st_size > 0 &&
		    !(source->content && source->content->writers);
	/* claim the name before its content is submitted */
	if (r == 0)
		r = claim_name(space, req, to_parent, to_name, st, NULL);
	if (is_commit && r == 0) {
		unmade_mark(space, to_parent, to_name, st);
		r = rename_check_spoiled(space, req, &renaming, source);
		if (r == 0)
			r = rename_check_half(space, req, &renaming, &location);
	}
	if (r < 0) {
		reply_recorded(space, req, r);
		return;
	}
	if (is_commit)
		rename_after_commit(space, req, &renaming, &location, source);
	else
		link_reply(req, space, source, renaming.to.parent, to_name);
}
