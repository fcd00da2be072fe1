/* SPDX-License-Identifier: MIT */
#ifndef COCFS_CHECK_CHECKER_H
#define COCFS_CHECK_CHECKER_H

#include <stdbool.h>

#include "bounds/api.h"
#include "cocfs-check/output.h"

/* Room for the content of a file: a byte more than a job file may have. That byte shows that the
 * file is too large. No more is read. */
#define CONTENT_ROOM (COC_CONTENT_MAX + 1)

/* The state of a run of cocfs-check, for all its files: the output, the options of the check, and
 * room for one content. */
struct checker {
	struct output output;
	struct cocfs_dsl_options options; /* file_name is set for each file */
	char content[CONTENT_ROOM];
};

/*
 * Checks the content of a descriptor, to its end or to CONTENT_ROOM bytes. path: the name in the
 * output. name: the file's name, or NULL. Reports errors through checker_fail().
 */
void checker_check_descriptor(struct checker *checker, int fd, const char *path, const char *name);

/* Checks a regular file, and refuses another one. The open does not wait for a pipe or a device.
 * may_follow: path may be a symbolic link. */
void checker_check_file(struct checker *checker, const char *path, bool may_follow);

/* Writes a finding of the rule "name", a warning: a mount would not submit the file path. text:
 * why, and what to do. */
void checker_warn_name(struct checker *checker, const char *path, const char *text);

/* Prints on standard error what cannot be read, and why. The exit status becomes 2. */
void checker_fail(struct checker *checker, const char *path, const char *why);

/* Prints "cocfs-check: PATH: TEXT" on standard error: what is odd with this argument. The exit
 * status stays. */
void checker_remark(const char *path, const char *text);

#endif
