/* SPDX-License-Identifier: MIT */
/* The two formats that have a line for each finding: "text" for people and editors, and "github"
 * for the log of GitHub's workflows. */
#define _GNU_SOURCE
#include "base/cleanup.h"
#include "cocfs-check/output.h"
#include "cocfs-check/spell.h"

static void write_nothing(struct output *output)
{
	(void)output;
}

/* Writes a finding as compilers do: FILE:LINE:COLUMN: SEVERITY: TEXT. A finding without a place
 * gets line 1 and column 1, so that all lines have one form. */
static void write_text_finding(struct output *output, const char *path,
			       const struct cocfs_dsl_finding *finding)
{
	_cleanup_free_ char *sentence = output_sentence(finding);

	spell_path(output->file, path);
	fprintf(output->file, ":%u:%u: %s: %s\n", finding->line ? finding->line : 1,
		finding->column ? finding->column : 1, output_severity(finding),
		sentence ? sentence : finding->text);
}

/* Writes a finding as a workflow command. GitHub shows its text in a pull request, at the line of
 * the finding. A finding without a place gets no line. */
static void write_github_finding(struct output *output, const char *path,
				 const struct cocfs_dsl_finding *finding)
{
	_cleanup_free_ char *sentence = output_sentence(finding);

	fprintf(output->file, "::%s file=", output_severity(finding));
	spell_github_path(output->file, path);
	if (finding->line)
		fprintf(output->file, ",line=%u,col=%u", finding->line, finding->column);
	fputs("::", output->file);
	spell_github_text(output->file, sentence ? sentence : finding->text);
	putc('\n', output->file);
}

const struct format format_text = {"text", write_nothing, write_text_finding, write_nothing};
const struct format format_github = {"github", write_nothing, write_github_finding, write_nothing};
