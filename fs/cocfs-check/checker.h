/* SPDX-License-Identifier: MIT */
#ifndef COCFS_CHECK_CHECKER_H
#define COCFS_CHECK_CHECKER_H

#include <stdbool.h>

#include "bounds/api.h"
#include "cocfs-check/output.h"

/* A byte more than a job file may have shows that it is too large: no more is read of any file. */
#define CONTENT_ROOM (COC_CONTENT_MAX + 1)

/* What is done with each file. */
struct checker {
	struct output output;
	struct cocfs_dsl_options options; /* file_name is set for each file */
	char content[CONTENT_ROOM];
};

/*
 * Checks the content of a descriptor, which is shown as path, to its end or to CONTENT_ROOM bytes.
 * name is the file's name, NULL if there is none. An error is told by checker_fail().
 */
void checker_check_descriptor(struct checker *checker, int fd, const char *path, const char *name);

/* Checks a regular file. Nothing else is opened for long: of a pipe or a device the open does not
 * wait. may_follow: path may be a symbolic link. */
void checker_check_file(struct checker *checker, const char *path, bool may_follow);

/* Warns that a file is none that a mount would submit. */
void checker_warn_name(struct checker *checker, const char *path, const char *text);

/* Says on standard error what cannot be read, and why. The exit status becomes 2. */
void checker_fail(struct checker *checker, const char *path, const char *why);

/* Says on standard error what is odd with an argument. */
void checker_remark(const char *path, const char *text);

#endif
