/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_COC_FACTS_H
#define COCFS_SPACE_COC_FACTS_H

#include "space/space.h"

/*
 * The virtual attributes coc.job_id, coc.state, coc.version, coc.base, coc.request_id, coc.error,
 * coc.warnings and coc.backup of a job file: read-only facts from the ledger. (Three exceptions: a
 * user may set coc.base, and may set or remove coc.job_id.) Also coc.risk_level,
 * coc.enterprise_project_id, coc.name, coc.description and coc.tags: the values that the service
 * holds, inherited ones too. No listing shows them, so that no tool copies them.
 */

/* Does this name begin with "coc."? Such names are only for virtual attributes: cocfs refuses to
 * store an attribute with one. */
bool fact_is_name(const char *name);

/* Finds the value of a virtual attribute, allocated. Returns 0, -ENODATA (the file has no such
 * attribute, or is no job file) or another -errno. A directory has coc.error (the stories of its
 * refused attributes) and coc.refused (unmade.h). Its coc.hidden takes longer: see queue_view.h. A
 * scratch file has coc.error: why it may not become a job file. */
int fact_get(struct space *space, fuse_req_t req, struct node *node, const char *name,
	     char **ret_value, size_t *ret_size);

/* Is this the name of the attribute with the base version, coc.base or user.coc.base? (The base is
 * the version that the next update replaces.) Besides it only coc.job_id can be set (set_job.h). */
bool fact_is_base(const char *name);

/*
 * Checks a setting of coc.base to a version, "v12". By the setting the user says: I have read that
 * version, and the text of the file is to replace it. Nothing is set here. *ret_base is the number
 * of the version. Returns 0, -EINVAL (value is no version), -ENODATA (no job), -EPERM (not the
 * user's job), -EBUSY (open for writing) or another -errno.
 */
int fact_check_base(struct space *space, fuse_req_t req, struct node *node, const char *value,
		    size_t size, int64_t *ret_base);

/* Removes a virtual attribute. Only coc.job_id can be removed: this ends the binding, and the next
 * commit makes a new job. Returns 0; -ENODATA: no such value; -EBUSY: a submission is under way;
 * -EPERM: another fact, or not the caller's job; or another -errno. */
int fact_remove(struct space *space, fuse_req_t req, struct node *node, const char *name);

#endif
