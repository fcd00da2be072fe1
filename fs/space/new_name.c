/* SPDX-License-Identifier: MIT */
/* New names: which may be made, and what begins or ends when one is made. */
#define _GNU_SOURCE
#include "space/new_name.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "bounds/job.h"
#include "space/backup.h"
#include "space/claim.h"
#include "space/control.h"
#include "space/import_edit.h"
#include "space/job_name.h"
#include "space/location.h"
#include "space/path.h"
#include "space/root_names.h"
#include "space/unmade.h"

int name_check_new(fuse_req_t req, const struct node *parent, const char *name)
{
	struct space *space = space_of(req);

	if (control_owns(parent, name) || job_name_sibling(space, parent, name, NULL))
		return -EPERM;
	if (strlen(name) > JOB_NAME_MAX && job_name_is(space, parent, name))
		return -ENAMETOOLONG;
	return import_make_way(space, req, parent, name);
}

/* Warns when a file is made that people may take for a job file, and that is none: by its name, or
 * by its type. A directory needs no warning. Later writes to the file do not warn. */
static void warn_of_no_job(struct space *space, const struct node *parent, const char *name,
			   mode_t mode)
{
	_cleanup_free_ char *path = NULL;
	bool is_nearly = name_is_nearly_job(name) && S_ISREG(mode) && !node_is_hidden(parent);

	if ((!is_nearly && (S_ISREG(mode) || S_ISDIR(mode) || !job_name_is(space, parent, name))) ||
	    node_path_of(parent, name, &path) < 0)
		return;
	if (is_nearly)
		log_warning("%s is not submitted: a job file's name ends in .yaml or .yml, in "
			    "small letters",
			    path);
	else
		log_warning("%s is not submitted: %s is no job file, write a regular file", path,
			    S_ISLNK(mode) ? "a symbolic link" : "a device, a pipe or a socket");
}

/* Logs that a file with an ignored name is not submitted. Tools make such names again and again, so
 * only the first message is a warning. */
static void tell_of_ignored(struct space *space, const struct node *parent, const char *name)
{
	_cleanup_free_ char *path = NULL;

	if (node_is_hidden(parent) || job_name_is(space, parent, name) ||
	    node_path_of(parent, name, &path) < 0)
		return;
	log_message(space->ignored_told ? LOG_LEVEL_INFO : LOG_LEVEL_WARNING,
		    "%s is not submitted: -o ignore= matches its name", path);
	space->ignored_told = true;
}

void name_is_made(struct space *space, struct node *parent, const char *name, mode_t mode)
{
	if (parent == &space->nodes.root)
		root_names_forget(space);
	sibling_cache_changed(space, parent, name);
	unmade_is_made(space, parent, name, mode);
	backup_name_made(space, parent, name);
	if (name_is_nearly_job(name) || name_is_job(name))
		warn_of_no_job(space, parent, name, mode);
	if (name_is_job(name) && S_ISREG(mode))
		tell_of_ignored(space, parent, name);
}

int name_claim_made(fuse_req_t req, struct node *parent, const char *name)
{
	struct space *space = space_of(req);
	struct location location = {
		.dirfd = node_dirfd(&space->nodes, parent), .name = name, .fd = -1};
	struct stat st = {0};
	int r;

	if (space->options->one_user)
		return 0;
	r = location.dirfd < 0 ? location.dirfd : location_stat(&location, &st);
	if (r == 0)
		r = claim_name(space, req, parent, name, &st, NULL);
	if (r < 0 && location.dirfd >= 0 && S_ISREG(st.st_mode))
		unlinkat(location.dirfd, name, 0);
	return r;
}
