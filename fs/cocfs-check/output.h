/* SPDX-License-Identifier: MIT */
#ifndef COCFS_CHECK_OUTPUT_H
#define COCFS_CHECK_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "cocfs/dsl.h"

/*
 * This header: the output of cocfs-check. Each finding is written when it is found, and none is
 * kept. So the number of files and findings has no limit. An output that nobody got must not pass
 * for a success: a closed pipe, or a full disk. output_end() reports that.
 */

struct output {
	FILE *file;
	const struct format *format;
	const char *level; /* the value of --level= */
	size_t n_findings, n_errors, n_warnings;
	size_t n_files;	  /* files that were checked */
	size_t n_unread;  /* files and directories that could not be read */
	int write_errnum; /* positive errno: standard output has failed */
};

/* A form of the output (--format=): its word, and its functions for the begin, each finding and the
 * end. */
struct format {
	const char *word; /* the value of --format= */
	void (*begin)(struct output *output);
	void (*finding)(struct output *output, const char *path,
			const struct cocfs_dsl_finding *finding);
	void (*end)(struct output *output);
};

extern const struct format format_text, format_json, format_github, format_sarif;

/* Returns the form with this word; NULL if there is none. */
const struct format *format_find(const char *word);

/* Returns the exit status so far: 2 if a file could not be read or the output has failed; 1 if a
 * finding is an error; otherwise 0. */
int output_status(const struct output *output);

/* Begins the output on standard output. Returns 0, or -errno if that is closed. */
int output_begin(struct output *output);

/* Writes a finding of the file path in the chosen form, and counts it for the exit status. */
void output_finding(struct output *output, const char *path,
		    const struct cocfs_dsl_finding *finding);

/* Ends the output, and checks that everything was written. Returns 0 or -errno. */
int output_end(struct output *output);

/* Returns the sentence and the hint of a finding as one text, which the caller frees; NULL without
 * memory. */
char *output_sentence(const struct cocfs_dsl_finding *finding);

/* Returns the word of a finding's severity: "error" or "warning". */
const char *output_severity(const struct cocfs_dsl_finding *finding);

#endif
