/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_JOB_NAME_H
#define COCFS_SPACE_JOB_NAME_H

#include "space/space.h"

/*
 * Decides which files of this space are job files. All code of fs/space asks these functions. Three
 * rules: the name ends as a job file's name does (job/name.h), no directory above is hidden, and -o
 * ignore= does not match the name. An ignored name that has a job is a job file all the same: the
 * options of a later mount cannot end a binding.
 */

/* Is a regular file of this name in this directory a job file? If the ledger cannot be read, the
 * answer is yes: then an operation on the file fails, and no job is overlooked. */
bool job_name_is(struct space *space, const struct node *dir, const char *name);

/* Returns which sibling a name in this directory is. SIBLING_NONE: the name does not end as a
 * sibling's, or what stands before the end is no job file name here. Otherwise *ret_job_length is
 * the length of the job file's name within name. ret_job_length may be NULL. */
enum sibling job_name_sibling(struct space *space, const struct node *dir, const char *name,
			      size_t *ret_job_length);

/* Returns the first name of a node that makes its file a job file. Returns NULL if the node is no
 * regular file, or has no such name. */
const struct name *node_job_name(struct space *space, const struct node *node);

#endif
