/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_JOB_NAME_H
#define COCFS_SPACE_JOB_NAME_H

#include "space/space.h"

/*
 * Which files of this space are job files: the one place where that is decided. The name must end
 * as a job file's (job/name.h), no directory above may be hidden, and -o ignore= must not match the
 * name. An ignored name that has a job is a job file all the same: what is bound stays what it is,
 * whatever the options of the next mount are.
 */

/* Is a regular file of this name in this directory a job file? When the ledger cannot be read, the
 * answer is yes: what is done to the file then fails, and no job is passed over. */
bool job_name_is(struct space *space, const struct node *dir, const char *name);

/* Which sibling a name in this directory is; SIBLING_NONE also where the file beside it is no job
 * file. ret_job_length: as name_sibling(). */
enum sibling job_name_sibling(struct space *space, const struct node *dir, const char *name,
			      size_t *ret_job_length);

/* The name that makes a regular file a job file, or NULL if it has none. */
const struct name *node_job_name(struct space *space, const struct node *node);

#endif
