/* SPDX-License-Identifier: MIT */
#ifndef COCFS_CHECK_CHECKER_H
#define COCFS_CHECK_CHECKER_H

#include <stdbool.h>

#include "bounds/api.h"
#include "cocfs-check/output.h"

/* How many bytes are read of a file at most: one more than a job file may have. If the last byte is
 * filled, the file is too large. */
#define CONTENT_ROOM (COC_CONTENT_MAX + 1)

/* What cocfs-check keeps while it checks file after file: the output, the options of the check, and
 * room for the content of one file. */
struct checker {
	struct output output;
	struct cocfs_dsl_options options; /* file_name is set anew for each file */
	char content[CONTENT_ROOM];
};

/*
 * Reads fd to its end, or CONTENT_ROOM bytes, checks this content, and writes the findings. path:
 * the name in the output. name: the name for the rules about names; NULL: not known. If the content
 * cannot be read or checked, calls checker_fail().
 */
void checker_check_descriptor(struct checker *checker, int fd, const char *path, const char *name);

/* Checks the regular file at path. If path is anything else, or cannot be read, calls
 * checker_fail(). The open does not wait for a pipe or a device. may_follow: path may be a symbolic
 * link. */
void checker_check_file(struct checker *checker, const char *path, bool may_follow);

/* Writes a warning of the rule "name" to the output: because of its name or type a mount would not
 * submit the file path. text: why, and what to do. */
void checker_warn_name(struct checker *checker, const char *path, const char *text);

/* Prints "cocfs-check: PATH: WHY" on standard error: path cannot be read or checked. The exit
 * status becomes 2. */
void checker_fail(struct checker *checker, const char *path, const char *why);

/* Prints "cocfs-check: PATH: TEXT" on standard error, such as a remark that a directory has no job
 * files. The exit status stays as it is. */
void checker_remark(const char *path, const char *text);

#endif
