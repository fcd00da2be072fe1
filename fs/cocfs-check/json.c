/* SPDX-License-Identifier: MIT */
/* The format "json": one JSON object. docs/cocfs-check.md explains its members. */
#define _GNU_SOURCE
#include "cocfs-check/output.h"
#include "cocfs-check/spell.h"

#define JSON_FORMAT 1 /* the member "format": add 1 when a member changes its meaning */

static void write_json_begin(struct output *output)
{
	fprintf(output->file, "{\"format\": %d, \"version\": \"%s\", \"level\": \"%s\", ",
		JSON_FORMAT, cocfs_dsl_version(), output->level);
	fputs("\"findings\": [", output->file);
}

static void write_json_number(struct output *output, const char *name, unsigned number)
{
	if (number)
		fprintf(output->file, ", \"%s\": %u", name, number);
	else
		fprintf(output->file, ", \"%s\": null", name);
}

static void write_json_text(struct output *output, const char *name, const char *text)
{
	fprintf(output->file, ", \"%s\": ", name);
	if (text)
		spell_json(output->file, text);
	else
		fputs("null", output->file);
}

static void write_json_finding(struct output *output, const char *path,
			       const struct cocfs_dsl_finding *finding)
{
	fputs(output->n_findings ? ",\n{\"file\": " : "\n{\"file\": ", output->file);
	spell_json(output->file, path);
	fputs(", \"uri\": \"", output->file);
	spell_uri(output->file, path);
	putc('"', output->file);
	write_json_number(output, "line", finding->line);
	write_json_number(output, "column", finding->column);
	write_json_text(output, "severity", output_severity(finding));
	write_json_text(output, "rule", finding->rule);
	write_json_text(output, "text", finding->text);
	write_json_text(output, "hint", finding->hint);
	putc('}', output->file);
}

static void write_json_end(struct output *output)
{
	fprintf(output->file,
		"\n], \"files\": %zu, \"errors\": %zu, \"warnings\": %zu, \"unreadable\": %zu}\n",
		output->n_files, output->n_errors, output->n_warnings, output->n_unread);
}

const struct format format_json = {"json", write_json_begin, write_json_finding, write_json_end};
