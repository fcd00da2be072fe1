/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_JOB_NAMING_H
#define COCFS_SUBMIT_JOB_NAMING_H

#include "submit/show.h"
#include "submit/submit.h"

/* A person binds a file to a job that exists (setfattr -n coc.job_id -v ID FILE): see the comment
 * at the top of job_naming.c. */

/* Which file is to have which job. All pointers are borrowed. */
struct job_naming {
	const char *path;
	const struct author *author;
	const struct shown_job *job; /* the job as the service shows it now */
	/* the file has the text of the job's newest version: that version is the base */
	bool is_read;
};

/*
 * Binds a path to the job. Returns 0, also if the path has the job already, or a negative errno
 * with err filled.
 *
 * -EEXIST: the path has another job, or another path has the job.
 *
 * -EBUSY: a submission of the path, or of the removed name that has the job, is unfinished. Or a
 * create of this space may have made the job.
 */
int job_naming_record(struct engine *engine, const struct job_naming *naming, struct err *err);

/* Writes to the log and to .error why a path cannot have the job. If the path has a job, or one is
 * being made, its state stays as it is. Returns -err->errnum. */
int job_naming_refuse(struct engine *engine, const char *path, const struct author *author,
		      const struct err *err);

#endif
