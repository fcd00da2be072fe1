/* SPDX-License-Identifier: MIT */
#ifndef COCFS_JOB_TAG_H
#define COCFS_JOB_TAG_H

/* One tag of a job. The strings are borrowed. */
struct job_tag {
	const char *key, *value;
};

#endif
