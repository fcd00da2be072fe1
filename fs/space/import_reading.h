/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_IMPORT_READING_H
#define COCFS_SPACE_IMPORT_READING_H

#include "space/space.h"

/* Which version of an import a process has read: as reading.h has it of job files. */

/* A process opens a file to read it. What is no import is accepted. */
void import_reading_note(struct space *space, fuse_req_t req, const struct node *node);

/* The path of an import is bound to its job: what its readers know is known of the row. */
void import_reading_bound(struct space *space, const char *job_id, int64_t row);

#endif
