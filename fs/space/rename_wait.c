/* SPDX-License-Identifier: MIT */
/* Renames and links onto a job file name that wait until the service has the content. */
#define _GNU_SOURCE
#include "space/rename_wait.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/crash.h"
#include "base/log.h"
#include "space/backup.h"
#include "space/claim_row.h"
#include "space/commit.h"
#include "space/job_attributes.h"
#include "space/link_run.h"
#include "space/location.h"
#include "space/moved_away.h"
#include "space/pending_reply.h"
#include "space/rename_run.h"
#include "space/renaming.h"

struct rename_wait {
	struct pending_reply wait;
	/* a copy: its names are from_name and to_name. We hold to.parent; for a rename also
	 * from.parent */
	struct renaming renaming;
	char *from_name, *to_name;
	struct node *source; /* of a link: we hold a reference; NULL: a rename */
};

/* Removes the attributes that the commit has set on the source, because a refusal must change
 * nothing. */
static void take_attributes_back(struct rename_wait *waited)
{
	struct space *space = waited->wait.space;
	struct renaming *renaming = &waited->renaming;
	struct location location = {.name = renaming->from.name, .fd = -1};
	struct stat st;
	int r = 0;

	if (waited->source)
		r = node_location(&space->nodes, waited->source, &location);
	else
		r = location.dirfd = node_dirfd(&space->nodes, renaming->from.parent);
	if (r >= 0)
		r = location_stat(&location, &st);
	/* a rename: another file may have the source's name by now */
	if (r == 0 && (waited->source || st.st_ino == renaming->from.st.st_ino))
		job_attributes_take_back(&location, waited->wait.put);
}

/* Renames the source when the service has its content. Returns 0 or -errno. */
static int rename_committed(struct space *space, const struct renaming *renaming)
{
	int r, followed;

	/* a job file that becomes another job's content leaves its own job with its old name */
	if (renaming->from.is_job)
		claim_part(space, renaming->from.parent, renaming->from.name);
	r = rename_spool(space, renaming);
	if (r < 0)
		return r;
	followed = claim_follow(space, renaming->to.parent, renaming->to.name, &renaming->from.st);
	if (followed < 0) /* until the next commit the row's former owner can see the row too */
		log_warning("%s: its new owner cannot be recorded: %s", renaming->to.name,
			    strerror(-followed));
	backup_left(space, renaming->from.parent, renaming->from.name);
	return 0;
}

static void answer_rename(struct pending_reply *wait, int result)
{
	struct rename_wait *waited = (struct rename_wait *)wait;
	struct renaming *renaming = &waited->renaming;
	struct space *space = wait->space;

	CRASH_POINT("commit-before-rename");
	if (result < 0 && wait->put)
		take_attributes_back(waited);
	if (result < 0)
		reply(wait->req, result);
	else if (waited->source)
		link_reply(wait->req, space, waited->source, renaming->to.parent, waited->to_name);
	else
		reply(wait->req, rename_committed(space, renaming));
	if (waited->source)
		node_release(&space->nodes, waited->source);
	else
		node_release(&space->nodes, renaming->from.parent);
	node_release(&space->nodes, renaming->to.parent);
	free(waited->from_name);
	free(waited->to_name);
	free(waited);
}

static struct rename_wait *rename_wait_make(struct space *space, fuse_req_t req,
					    const struct renaming *renaming, struct node *source)
{
	struct rename_wait *waited = calloc(1, sizeof(*waited));

	if (!waited)
		return NULL;
	waited->from_name = source ? NULL : strdup(renaming->from.name);
	waited->to_name = strdup(renaming->to.name);
	if (!waited->to_name || (!source && !waited->from_name)) {
		free(waited->from_name);
		free(waited->to_name);
		free(waited);
		return NULL;
	}
	waited->wait = (struct pending_reply){
		.space = space,
		.req = req,
		.answer = answer_rename,
		.is_renamed = true,
		.keeps_text = moved_away_comes_back(space, renaming->to.parent, renaming->to.name,
						    renaming->from.st.st_ino)};
	waited->renaming = *renaming;
	waited->renaming.from.name = waited->from_name;
	waited->renaming.to.name = waited->to_name;
	waited->source = source;
	node_hold(source ? source : renaming->from.parent);
	node_hold(renaming->to.parent);
	return waited;
}

void rename_after_commit(struct space *space, fuse_req_t req, const struct renaming *renaming,
			 const struct location *location, struct node *source)
{
	struct rename_wait *waited = rename_wait_make(space, req, renaming, source);

	if (waited)
		commit_location(space, location, -1, renaming->to.parent, waited->to_name,
				source ? NULL : renaming_replaced(renaming), &waited->wait);
	else
		reply(req, -ENOMEM);
}
