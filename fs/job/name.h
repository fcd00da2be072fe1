/* SPDX-License-Identifier: MIT */
#ifndef COCFS_JOB_NAME_H
#define COCFS_JOB_NAME_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Names in the job space: which files are job files, and which names are those of siblings. Pure.
 * Only the last component of a path is judged here. Below a directory whose name begins with '.',
 * each file is a scratch file (.git/…, rsync's .~tmp~/…): the caller must check that.
 */

enum sibling { SIBLING_NONE, SIBLING_ID, SIBLING_ERROR };
#define SIBLING_COUNT 3

/* Is a regular file of this name a job file? The name ends in .yaml or .yml, and does not begin
 * with '.'. */
bool name_is_job(const char *name);

/* Would the name be that of a job file if its suffix were in small letters (a.YAML)? People take
 * such a file for a job file, but it is none. Returns false for the name of a job file. */
bool name_is_nearly_job(const char *name);

/*
 * Returns which sibling a name is ("a.yaml.id", "a.yaml.error"); SIBLING_NONE for another name. For
 * a sibling, *ret_job_length becomes the length of the job file's name ("a.yaml": 6).
 * ret_job_length may be NULL.
 */
enum sibling name_sibling(const char *name, size_t *ret_job_length);

/* Returns the suffix of a sibling: ".id", ".error"; "" for SIBLING_NONE. */
const char *sibling_suffix(enum sibling sibling);

/* Returns the length of a job file's name without ".yaml" or ".yml". For another name, returns the
 * length of the whole name. */
size_t name_stem_length(const char *name);

#endif
