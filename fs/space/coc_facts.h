/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_COC_FACTS_H
#define COCFS_SPACE_COC_FACTS_H

#include "space/space.h"

/*
 * The virtual attributes coc.job_id, coc.state, coc.version, coc.base, coc.request_id, coc.error,
 * coc.warnings and coc.backup of a job file: read-only facts from the ledger. So are
 * coc.risk_level, coc.enterprise_project_id, coc.name, coc.description and coc.tags: what the
 * service holds, also when it was inherited. They are never listed, so that no tool copies them.
 */

/* Is this the name of one (or would it be: "coc.…")? */
bool fact_is_name(const char *name);

/* The value, allocated. -ENODATA: there is none, or the file is no job file. A directory has
 * coc.error, the stories of its refused attributes, and coc.refused (unmade.h); what coc.hidden is
 * (queue_view.h) takes longer, and is not told here. A scratch file has coc.error, why it may not
 * become a job file. */
int fact_get(struct space *space, fuse_req_t req, struct node *node, const char *name,
	     char **ret_value, size_t *ret_size);

/* Is it the name of the base, which can be set? */
bool fact_is_base(const char *name);

/*
 * Setting coc.base to a version, "v12", says that the user has read it: the text of the file is
 * committed on top of it. *ret_base: the version. Returns 0 (the file may be committed), -EINVAL
 * (no version), -ENODATA (no job), -EPERM (not the user's job), or -EBUSY (open for writing).
 */
int fact_check_base(struct space *space, fuse_req_t req, struct node *node, const char *value,
		    size_t size, int64_t *ret_base);

/* Removing coc.job_id forgets the binding: the next commit makes a new job.
 * Fails with -ENODATA: not bound. -EBUSY: a submission is under way. -EPERM: another fact, that is
 * there, or not the caller's to forget. */
int fact_remove(struct space *space, fuse_req_t req, struct node *node, const char *name);

#endif
