/* SPDX-License-Identifier: MIT */
#ifndef COCFS_CHECK_OUTPUT_H
#define COCFS_CHECK_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "cocfs/dsl.h"

/*
 * What is written to standard output. Each finding is written when it is found, and none is kept:
 * so the number of files and findings has no limit. What must not pass for a success is an output
 * that nobody got: a closed pipe, a full disk. output_end() tells it.
 */

struct output {
	FILE *file;
	const struct format *format;
	const char *level; /* the word of --level= */
	size_t n_findings, n_errors, n_warnings;
	size_t n_files;	  /* that were checked */
	size_t n_unread;  /* files and directories that could not be read */
	int write_errnum; /* positive: standard output takes nothing any more */
};

/* A form of the output. */
struct format {
	const char *word; /* of --format= */
	void (*begin)(struct output *output);
	void (*finding)(struct output *output, const char *path,
			const struct cocfs_dsl_finding *finding);
	void (*end)(struct output *output);
};

extern const struct format format_text, format_json, format_github, format_sarif;

/* Finds a form by its word; NULL if there is none. */
const struct format *format_find(const char *word);

/* The exit status so far: 2, 1 or 0. */
int output_status(const struct output *output);

/* Begins, with standard output. Returns 0 or a negative errno: it is closed. */
int output_begin(struct output *output);

/* Writes a finding in a file. */
void output_finding(struct output *output, const char *path,
		    const struct cocfs_dsl_finding *finding);

/* Ends, and makes sure that all was written. Returns 0 or a negative errno. */
int output_end(struct output *output);

/* The sentence and what mends it, as one allocated text that the caller frees; NULL without
 * memory. */
char *output_sentence(const struct cocfs_dsl_finding *finding);

/* The word of a finding's severity: "error" or "warning". */
const char *output_severity(const struct cocfs_dsl_finding *finding);

#endif
