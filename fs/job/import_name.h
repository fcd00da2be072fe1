/* SPDX-License-Identifier: MIT */
#ifndef COCFS_JOB_IMPORT_NAME_H
#define COCFS_JOB_IMPORT_NAME_H

#include <stdbool.h>

#include "bounds/job.h"

/*
 * The file name of an import. Pure. Each name that import_name_make() makes is a valid name of a
 * job file in the root, and leaves room for the names of the siblings.
 */

/* Room for a file name in bytes, with a NUL. */
#define IMPORT_NAME_ROOM (JOB_NAME_MAX + 1)

/* The most names of one job: NAME.yaml, NAME-ID.yaml, then NAME-ID-2.yaml and so on. */
#define IMPORT_NAMES 10

/* Makes a file name for a job. number: which of the job's names, from 0 (NAME.yaml) to IMPORT_NAMES
 * - 1. */
void import_name_make(const char *job_name, const char *job_id, unsigned number,
		      char ret_name[IMPORT_NAME_ROOM]);

#endif
