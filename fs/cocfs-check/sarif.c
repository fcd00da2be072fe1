/* SPDX-License-Identifier: MIT */
/* The format "sarif": SARIF 2.1.0 of OASIS, with one run. "invocations" has the exit code, so it
 * stands behind the results, and each result is written as soon as it is found. */
#define _GNU_SOURCE
#include "base/cleanup.h"
#include "cocfs-check/output.h"
#include "cocfs-check/spell.h"

static void write_sarif_rules(struct output *output)
{
	const struct cocfs_dsl_rule *rule;

	for (size_t i = 0; (rule = cocfs_dsl_rule(i)); i++) {
		fputs(i ? ",\n{\"id\": " : "\n{\"id\": ", output->file);
		spell_json(output->file, rule->word);
		fputs(", \"shortDescription\": {\"text\": ", output->file);
		spell_json(output->file, rule->text);
		fputs("}}", output->file);
	}
}

static void write_sarif_begin(struct output *output)
{
	fputs("{\"$schema\": \"https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/"
	      "sarif-schema-2.1.0.json\",\n\"version\": \"2.1.0\", \"runs\": [{\n"
	      "\"tool\": {\"driver\": {\"name\": \"cocfs-check\", ",
	      output->file);
	fprintf(output->file, "\"version\": \"%s\", \"rules\": [", cocfs_dsl_version());
	write_sarif_rules(output);
	fputs("\n]}},\n\"columnKind\": \"unicodeCodePoints\",\n\"results\": [", output->file);
}

static void write_sarif_finding(struct output *output, const char *path,
				const struct cocfs_dsl_finding *finding)
{
	_cleanup_free_ char *sentence = output_sentence(finding);

	fputs(output->n_findings ? ",\n{\"ruleId\": " : "\n{\"ruleId\": ", output->file);
	spell_json(output->file, finding->rule);
	fprintf(output->file, ", \"level\": \"%s\", ", output_severity(finding));
	fputs("\"message\": {\"text\": ", output->file);
	spell_json(output->file, sentence ? sentence : finding->text);
	fputs("}, \"locations\": [{\"physicalLocation\": {\"artifactLocation\": {\"uri\": \"",
	      output->file);
	spell_uri(output->file, path);
	fputs("\"}", output->file);
	if (finding->line)
		fprintf(output->file, ", \"region\": {\"startLine\": %u, \"startColumn\": %u}",
			finding->line, finding->column);
	fputs("}}]}", output->file);
}

static void write_sarif_end(struct output *output)
{
	fputs("\n],\n\"invocations\": [{\"executionSuccessful\": ", output->file);
	fprintf(output->file, "%s, \"exitCode\": %d}]\n}]}\n", output->n_unread ? "false" : "true",
		output_status(output));
}

const struct format format_sarif = {"sarif", write_sarif_begin, write_sarif_finding,
				    write_sarif_end};
