/* SPDX-License-Identifier: MIT */
#ifndef COCFS_JOB_NAME_H
#define COCFS_JOB_NAME_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Names in the job space: which files are job files and which names are their siblings'. Pure.
 * Only the last component is judged here; below a directory whose name starts with '.' everything
 * is scratch (.git/…, rsync's .~tmp~/…), which the caller knows.
 */

enum sibling { SIBLING_NONE, SIBLING_ID, SIBLING_ERROR };
#define SIBLING_COUNT 3

/* Does this name make a regular file a job file: ends in .yaml or .yml, does not start with '.'? */
bool name_is_job(const char *name);

/* Does a name end as a job file's but for capital letters (a.YAML)? People take it for one. */
bool name_is_nearly_job(const char *name);

/*
 * Which sibling a name is ("a.yaml.id", "a.yaml.error"), SIBLING_NONE if it is none. ret_job_length
 * (may be NULL) gets the length of the job file's name within it.
 */
enum sibling name_sibling(const char *name, size_t *ret_job_length);

/* The suffix of a sibling: ".id", ".error"; "" for SIBLING_NONE. */
const char *sibling_suffix(enum sibling sibling);

/* The length of a job file's name without ".yaml" or ".yml". */
size_t name_stem_length(const char *name);

#endif
