/* SPDX-License-Identifier: MIT */
/* Whether the source of a rename or a link may become a job's content. */
#define _GNU_SOURCE
#include "space/rename_source.h"

#include <errno.h>

#include "base/cleanup.h"
#include "space/claim.h"
#include "space/claim_row.h"
#include "space/content.h"
#include "space/half.h"
#include "space/location.h"
#include "space/path.h"
#include "space/renaming.h"

/* Records in the ledger that this rename was refused: the .error of the target's name shows err.
 * Returns -err->errnum; or another -errno if the refusal cannot be recorded. */
static int refuse_rename(struct space *space, fuse_req_t req, const struct renaming *renaming,
			 const struct err *err)
{
	const struct end *to = &renaming->to;
	_cleanup_free_ char *path = NULL;
	struct author author;
	int r = node_path_of(to->parent, to->name, &path);

	if (r == 0)
		r = claim_author(space, req, to->parent, to->name, &renaming->from.st,
				 renaming_replaced(renaming), &author);
	return r < 0 ? r : submit_refuse(space->engine, path, &author, false, err);
}

int rename_check_spoiled(struct space *space, fuse_req_t req, const struct renaming *renaming,
			 const struct node *source)
{
	if (!source || !source->content || !source->content->refusal)
		return 0;
	return refuse_rename(space, req, renaming, source->content->refusal);
}

int rename_check_half(struct space *space, fuse_req_t req, const struct renaming *renaming,
		      const struct location *source)
{
	struct err err;

	if (!half_is_marked(source))
		return 0;
	err_set(&err, EINTR,
		"the file is half of what its writer meant, and was not written again since");
	err_detail(&err, "what_to_do",
		   "write the file again. "
		   "If its text is whole, copy the file to its new name with cp");
	return refuse_rename(space, req, renaming, &err);
}

int rename_check_whole(struct space *space, fuse_req_t req, const struct renaming *renaming)
{
	_cleanup_job_record_ struct job_record job = {0};
	_cleanup_free_ char *path = NULL;
	const struct end *from = &renaming->from;
	struct err err;
	int r = from->is_job ? claim_find(space, from->parent, from->name, &from->st, &job)
			     : -ENOENT;

	if (r < 0 || !job.incomplete)
		return r == -ENOENT ? 0 : r;
	r = node_path_of(from->parent, from->name, &path);
	if (r < 0)
		return r;
	err_set(&err, EINTR, "%s may be half of what was meant: see %s.error", path, path);
	err_detail(&err, "what_to_do", "write %s again, then rename it", path);
	return refuse_rename(space, req, renaming, &err);
}
