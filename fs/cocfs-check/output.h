/* SPDX-License-Identifier: MIT */
#ifndef COCFS_CHECK_OUTPUT_H
#define COCFS_CHECK_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "cocfs/dsl.h"

/*
 * This header: the output of cocfs-check. Each finding is written when it is found, and none is
 * kept. So the number of files and findings has no limit. If the output cannot be written (a closed
 * pipe, a full disk), the exit status must not be that of a success: output_end() reports the
 * error.
 */

struct output {
	FILE *file;
	const struct format *format;
	const char *level; /* the value of --level=, for the JSON output */
	size_t n_findings, n_errors, n_warnings;
	size_t n_files;	  /* files that were checked */
	size_t n_unread;  /* files and directories that could not be read */
	int write_errnum; /* a positive errno if standard output has failed; otherwise 0 */
};

/* A format of the output (--format=). Its functions write what stands before the findings, each
 * finding, and what stands behind them. */
struct format {
	const char *word; /* the value of --format= */
	void (*begin)(struct output *output);
	void (*finding)(struct output *output, const char *path,
			const struct cocfs_dsl_finding *finding);
	void (*end)(struct output *output);
};

extern const struct format format_text, format_json, format_github, format_sarif;

/* Returns the format with this word; NULL if there is none. */
const struct format *format_find(const char *word);

/* Returns the exit status so far: 2 if a file could not be read or the output has failed; 1 if a
 * finding is an error; otherwise 0. */
int output_status(const struct output *output);

/* Begins the output on standard output. Returns 0, or -errno if standard output is closed. */
int output_begin(struct output *output);

/* Writes a finding of the file path in the chosen format, and counts it for the exit status. Does
 * nothing after an error of the output. */
void output_finding(struct output *output, const char *path,
		    const struct cocfs_dsl_finding *finding);

/* Ends the output, and checks that everything was written. Returns 0 or -errno. */
int output_end(struct output *output);

/* Returns the text and the hint of a finding as one text, which the caller frees. Returns NULL if
 * memory is short. */
char *output_sentence(const struct cocfs_dsl_finding *finding);

/* Returns the word of a finding's severity: "error" or "warning". */
const char *output_severity(const struct cocfs_dsl_finding *finding);

#endif
