/* SPDX-License-Identifier: MIT */
#ifndef COCFS_JOB_IMPORT_NAME_H
#define COCFS_JOB_IMPORT_NAME_H

#include <stdbool.h>

#include "bounds/job.h"

/*
 * The file name of an import: of a job that was not written in this space. Pure. Each name can be a
 * file of the root, is a job file's name, and leaves room for the siblings' names.
 */

/* Bytes of a file name, with its NUL. */
#define IMPORT_NAME_ROOM (JOB_NAME_MAX + 1)

/* A job may have so many names: NAME.yaml, NAME-ID.yaml, then NAME-ID-2.yaml and so on. */
#define IMPORT_NAMES 10

/* Makes the name number of a job, from 0 to IMPORT_NAMES - 1. */
void import_name_make(const char *job_name, const char *job_id, unsigned number,
		      char ret_name[IMPORT_NAME_ROOM]);

#endif
