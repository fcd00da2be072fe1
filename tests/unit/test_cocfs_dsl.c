/* SPDX-License-Identifier: MIT */
/* Tests of the library cocfs-dsl: what a report contains, and what callers with another version of
 * the header can rely on. */
#define _GNU_SOURCE
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "bounds/api.h"
#include "bounds/job.h"
#include "cocfs/dsl.h"

#define META "meta:\n  name: a\n  schemaVersion: 3\n"
#define STEPS "steps:\n  - {name: s, task: \"hwc:runbook:suspend@1.0.0\"}\n"
#define SOUND META STEPS
#define ODD "meta: {name: a}\n" STEPS /* gives one warning: there is no schemaVersion */

static struct cocfs_dsl_report *check(const char *content, size_t size,
				      const struct cocfs_dsl_options *options)
{
	struct cocfs_dsl_report *report = NULL;

	assert_int_equal(cocfs_dsl_check(content, size, options, &report), 0);
	assert_non_null(report);
	return report;
}

/* Returns the findings of a report as a text with a line for each: "error 1:3 comment". The caller
 * frees it. Checks the counts of the report, too. */
static char *list_findings(const struct cocfs_dsl_report *report)
{
	_cleanup_buf_ struct buf text = {0};
	const struct cocfs_dsl_finding *finding;
	size_t n_errors = 0, i;

	assert_int_equal(buf_append(&text, "", 0), 0);
	for (i = 0; (finding = cocfs_dsl_report_finding(report, i)); i++) {
		n_errors += finding->severity == COCFS_DSL_ERROR;
		assert_int_equal(
			buf_printf(&text, "%s %u:%u %s\n",
				   finding->severity == COCFS_DSL_ERROR ? "error" : "warning",
				   finding->line, finding->column, finding->rule),
			0);
		assert_non_null(finding->text);
	}
	assert_int_equal(i, cocfs_dsl_report_count(report));
	assert_int_equal(n_errors, cocfs_dsl_report_errors(report));
	return text.size ? buf_steal(&text) : strdup("");
}

static void must_find(const char *content, const struct cocfs_dsl_options *options,
		      const char *expected)
{
	struct cocfs_dsl_report *report = check(content, strlen(content), options);
	_cleanup_free_ char *found = list_findings(report);

	if (strcmp(found, expected) != 0)
		fail_msg("%s\nhas\n%sinstead of\n%s", content, found, expected);
	cocfs_dsl_report_free(report);
}

static struct cocfs_dsl_options named(enum cocfs_dsl_level level, const char *name)
{
	return (struct cocfs_dsl_options){
		.size = sizeof(struct cocfs_dsl_options), .level = level, .file_name = name};
}

static void each_level_asks_for_more(void **state)
{
	static const struct {
		const char *content, *none, *yaml, *dsl, *strict;
	} rows[] = {
		{SOUND, "", "", "", ""},
		{ODD, "", "", "warning 1:7 lint\n", "error 1:7 lint\n"},
		{"a: 1\n", "", "", "error 1:1 document\n", "error 1:1 document\n"},
		{"a: [\n", "", "error 1:4 document\n", "error 1:4 document\n",
		 "error 1:4 document\n"},
		{"# coc.risk: X\n" SOUND, "error 1:3 comment\n", "error 1:3 comment\n",
		 "error 1:3 comment\n", "error 1:3 comment\n"},
		{SOUND "# coc.tags: a=b\n", "warning 6:1 late-comment\n",
		 "warning 6:1 late-comment\n", "warning 6:1 late-comment\n",
		 "warning 6:1 late-comment\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct cocfs_dsl_options options = named(COCFS_DSL_LEVEL_NONE, "d/a.yaml");

		must_find(rows[i].content, &options, rows[i].none);
		options.level = COCFS_DSL_LEVEL_YAML;
		must_find(rows[i].content, &options, rows[i].yaml);
		options.level = COCFS_DSL_LEVEL_DSL;
		must_find(rows[i].content, &options, rows[i].dsl);
		options.level = COCFS_DSL_LEVEL_DEFAULT;
		must_find(rows[i].content, &options, rows[i].dsl);
		must_find(rows[i].content, NULL, rows[i].dsl);
		options.level = COCFS_DSL_LEVEL_STRICT;
		must_find(rows[i].content, &options, rows[i].strict);
	}
}

/* A mount stops at the first error. A report has all errors, in the order of the text. */
static void all_that_is_wrong_is_told_at_once(void **state)
{
	struct cocfs_dsl_options options = named(COCFS_DSL_LEVEL_DSL, "a.yaml");

	(void)state;
	must_find("# coc.risk: HIGH\nmeta: {name: a}\nsteps: []\n# coc.name: b\n", &options,
		  "error 1:3 comment\nerror 3:8 document\nwarning 4:1 late-comment\n");
}

static void the_name_of_the_file_counts(void **state)
{
	struct cocfs_dsl_options options = named(COCFS_DSL_LEVEL_DSL, "a.yaml");
	char name[300];

	(void)state;
	must_find(SOUND, &options, "");
	options.file_name = "other/b.yml";
	must_find(SOUND, &options, "warning 2:9 lint\n");
	options.file_name = NULL;
	must_find(SOUND, &options, "");
	memset(name, 'x', sizeof(name));
	strcpy(name + JOB_NAME_MAX - 4, ".yaml");
	options = named(COCFS_DSL_LEVEL_NONE, name);
	must_find(SOUND, &options, "error 0:0 name\n");
	/* at level none this file's name becomes the job's name: 129 characters are too many */
	strcpy(name + 129, ".yaml");
	must_find("x\n", &options, "error 0:0 attribute\n");
	must_find("# coc.name: short\nx\n", &options, "");
	/* the file's name is not checked if the document may give a name, but cannot be read */
	options.level = COCFS_DSL_LEVEL_YAML;
	must_find("a: [\n", &options, "error 1:4 document\n");
}

static void a_file_of_no_bytes_is_a_draft_and_a_large_one_an_error(void **state)
{
	static char large[COC_CONTENT_MAX + 1];
	struct cocfs_dsl_options options = named(COCFS_DSL_LEVEL_NONE, "a.yaml");
	struct cocfs_dsl_report *report;

	(void)state;
	must_find("", &options, "warning 0:0 empty\n");
	memset(large, 'x', sizeof(large));
	report = check(large, sizeof(large), &options);
	assert_string_equal(cocfs_dsl_report_finding(report, 0)->rule, "size");
	assert_int_equal(cocfs_dsl_report_errors(report), 1);
	cocfs_dsl_report_free(report);
	report = check(large, sizeof(large) - 1, &options);
	assert_int_equal(cocfs_dsl_report_count(report), 0);
	cocfs_dsl_report_free(report);
}

static void a_risk_level_can_be_asked_for_and_bounded(void **state)
{
	struct cocfs_dsl_options options = named(COCFS_DSL_LEVEL_DSL, "a.yaml");

	(void)state;
	options.max_risk = COCFS_DSL_RISK_MEDIUM;
	must_find(SOUND, &options, "");
	must_find("# coc.risk_level: MEDIUM\n" SOUND, &options, "");
	must_find("# coc.risk_level: HIGH\n" SOUND, &options, "error 1:19 risk\n");
	options.needs_risk = 1;
	must_find(SOUND, &options, "error 1:1 risk\n");
	must_find("# coc.risk_level: LOW\n" SOUND, &options, "");
	options.max_risk = COCFS_DSL_RISK_ANY;
	must_find("# coc.risk_level: HIGH\n" SOUND, &options, "");
}

static void the_attributes_are_those_of_the_nearest_place(void **state)
{
	struct cocfs_dsl_options options = named(COCFS_DSL_LEVEL_DSL, "a.yaml");
	static const char content[] =
		"# coc.risk_level: HIGH\n# coc.description: of a comment\n"
		"meta: {name: a, description: of meta, schemaVersion: 3}\n" STEPS;
	struct cocfs_dsl_report *report = check(content, strlen(content), &options);

	(void)state;
	assert_string_equal(cocfs_dsl_report_attribute(report, "risk_level"), "HIGH");
	assert_string_equal(cocfs_dsl_report_attribute(report, "description"), "of a comment");
	assert_string_equal(cocfs_dsl_report_attribute(report, "name"), "a");
	assert_string_equal(cocfs_dsl_report_attribute(report, "enterprise_project_id"), "0");
	assert_null(cocfs_dsl_report_attribute(report, "tags"));
	assert_null(cocfs_dsl_report_attribute(report, "risk"));
	cocfs_dsl_report_free(report);
	report = check("# coc.risk_level: high\nx\n", 25, &options);
	assert_null(cocfs_dsl_report_attribute(report, "risk_level"));
	assert_null(cocfs_dsl_report_attribute(report, "name"));
	cocfs_dsl_report_free(report);
}

static void a_description_of_the_document_that_is_too_long_has_its_place(void **state)
{
	struct cocfs_dsl_options options = named(COCFS_DSL_LEVEL_DSL, "a.yaml");
	char content[512], longer[130];

	(void)state;
	memset(longer, 'x', 129);
	longer[129] = '\0';
	snprintf(content, sizeof(content),
		 "meta: {name: a, schemaVersion: 3, description: %s}\n" STEPS, longer);
	must_find(content, &options, "error 1:48 attribute\n");
}

/* A report keeps at most DSL_FINDINGS_MAX findings. One more finding says how many others there
 * are. */
static void the_findings_are_bounded(void **state)
{
	_cleanup_buf_ struct buf text = {0};
	struct cocfs_dsl_options options = named(COCFS_DSL_LEVEL_DSL, "a.yaml");
	const struct cocfs_dsl_finding *last;
	struct cocfs_dsl_report *report;
	size_t count;

	(void)state;
	assert_int_equal(buf_append(&text, META "steps:\n", strlen(META "steps:\n")), 0);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(buf_append(&text, "  - {x: 1}\n", 11), 0);
	report = check(text.data, text.size, &options);
	count = cocfs_dsl_report_count(report);
	assert_int_equal(count, DSL_FINDINGS_MAX + 1);
	last = cocfs_dsl_report_finding(report, count - 1);
	assert_non_null(strstr(last->text, "1936 more"));
	assert_true(last->line > 4);
	assert_null(cocfs_dsl_report_finding(report, count));
	cocfs_dsl_report_free(report);
	options.level = COCFS_DSL_LEVEL_STRICT;
	report = check(text.data, text.size, &options);
	assert_int_equal(cocfs_dsl_report_errors(report), DSL_FINDINGS_MAX + 1);
	cocfs_dsl_report_free(report);
}

/* The struct of a program that was built with a newer header is longer. The members that this
 * library does not know must be zero: otherwise -E2BIG. */
static void options_of_another_version_are_understood_or_refused(void **state)
{
	struct {
		struct cocfs_dsl_options known;
		char newer[16];
	} options = {.known = {.size = sizeof(options), .level = COCFS_DSL_LEVEL_YAML}};
	struct cocfs_dsl_report *report = NULL;

	(void)state;
	report = check("a: 1\n", 5, &options.known);
	assert_int_equal(cocfs_dsl_report_count(report), 0);
	cocfs_dsl_report_free(report);
	report = NULL;
	options.newer[7] = 1;
	assert_int_equal(cocfs_dsl_check("a: 1\n", 5, &options.known, &report), -E2BIG);
	options.newer[7] = 0;
	options.known.size = 0;
	assert_int_equal(cocfs_dsl_check("a: 1\n", 5, &options.known, &report), -EINVAL);
	options.known.size = sizeof(options.known);
	options.known.level = (enum cocfs_dsl_level)5;
	assert_int_equal(cocfs_dsl_check("a: 1\n", 5, &options.known, &report), -EINVAL);
	options.known.level = COCFS_DSL_LEVEL_DEFAULT;
	options.known.max_risk = (enum cocfs_dsl_risk)4;
	assert_int_equal(cocfs_dsl_check("a: 1\n", 5, &options.known, &report), -EINVAL);
	assert_null(report);
	cocfs_dsl_report_free(NULL);
}

static void words_are_read_as_the_mount_reads_them(void **state)
{
	enum cocfs_dsl_level level = COCFS_DSL_LEVEL_DEFAULT;
	enum cocfs_dsl_risk risk = COCFS_DSL_RISK_ANY;

	(void)state;
	assert_int_equal(cocfs_dsl_level_parse("none", &level), 0);
	assert_int_equal(level, COCFS_DSL_LEVEL_NONE);
	assert_int_equal(cocfs_dsl_level_parse("strict", &level), 0);
	assert_int_equal(level, COCFS_DSL_LEVEL_STRICT);
	assert_int_equal(cocfs_dsl_level_parse("STRICT", &level), -EINVAL);
	assert_int_equal(cocfs_dsl_risk_parse("LOW", &risk), 0);
	assert_int_equal(risk, COCFS_DSL_RISK_LOW);
	assert_int_equal(cocfs_dsl_risk_parse("HIGH", &risk), 0);
	assert_int_equal(risk, COCFS_DSL_RISK_HIGH);
	assert_int_equal(cocfs_dsl_risk_parse("low", &risk), -EINVAL);
}

/* The text of a finding is one line for any content. */
static void no_finding_has_a_control_character(void **state)
{
	static const char content[] =
		"# coc.name: 'a\nmeta: {name: \"a\\e\"}\nsteps: [{name: \"\\n\", "
		"task: \"\\e\"}]\n";
	struct cocfs_dsl_options options = named(COCFS_DSL_LEVEL_DSL, "a\n.yaml");
	struct cocfs_dsl_report *report = check(content, strlen(content), &options);
	const struct cocfs_dsl_finding *finding;

	(void)state;
	assert_true(cocfs_dsl_report_count(report) > 2);
	for (size_t i = 0; (finding = cocfs_dsl_report_finding(report, i)); i++)
		for (const char *c = finding->text; *c; c++)
			assert_true((unsigned char)*c >= ' ' && *c != 0x7f);
	cocfs_dsl_report_free(report);
}

static void each_rule_has_a_word_and_a_sentence(void **state)
{
	const struct cocfs_dsl_rule *rule;
	size_t n = 0;

	(void)state;
	for (; (rule = cocfs_dsl_rule(n)); n++) {
		assert_true(*rule->word && *rule->text);
		for (size_t i = 0; i < n; i++)
			assert_string_not_equal(cocfs_dsl_rule(i)->word, rule->word);
	}
	assert_int_equal(n, 9);
	assert_non_null(strchr(cocfs_dsl_version(), '.'));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_level_asks_for_more),
		cmocka_unit_test(all_that_is_wrong_is_told_at_once),
		cmocka_unit_test(the_name_of_the_file_counts),
		cmocka_unit_test(a_file_of_no_bytes_is_a_draft_and_a_large_one_an_error),
		cmocka_unit_test(a_risk_level_can_be_asked_for_and_bounded),
		cmocka_unit_test(the_attributes_are_those_of_the_nearest_place),
		cmocka_unit_test(a_description_of_the_document_that_is_too_long_has_its_place),
		cmocka_unit_test(the_findings_are_bounded),
		cmocka_unit_test(options_of_another_version_are_understood_or_refused),
		cmocka_unit_test(words_are_read_as_the_mount_reads_them),
		cmocka_unit_test(no_finding_has_a_control_character),
		cmocka_unit_test(each_rule_has_a_word_and_a_sentence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
