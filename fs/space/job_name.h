/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_JOB_NAME_H
#define COCFS_SPACE_JOB_NAME_H

#include "space/space.h"

/*
 * Which files of this space are job files: all code asks here. Three rules: the name ends as a job
 * file's name does (job/name.h), no directory above is hidden, and -o ignore= does not match the
 * name. An ignored name that has a job is a job file all the same: the options of a later mount
 * cannot end a binding.
 */

/* Is a regular file of this name in this directory a job file? If the ledger cannot be read, the
 * answer is yes: then what is done to the file fails, and no job is passed over. */
bool job_name_is(struct space *space, const struct node *dir, const char *name);

/* Returns which sibling a name in this directory is. SIBLING_NONE: it is none, or the file beside
 * it is no job file. *ret_job_length is the length of the job file's name; ret_job_length may be
 * NULL. */
enum sibling job_name_sibling(struct space *space, const struct node *dir, const char *name,
			      size_t *ret_job_length);

/* Returns the name that makes a regular file a job file; NULL: the file has no such name. */
const struct name *node_job_name(struct space *space, const struct node *node);

#endif
