/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "bounds/api.h"
#include "bounds/job.h"
#include "job/dsl/check.h"

#define META "meta:\n  name: job\n  schemaVersion: 3\n"
#define STEPS "steps:\n  - name: pause\n    task: hwc:runbook:suspend@1.0.0\n"

/* The directory with good/ and bad/, if the command line names none. */
#ifndef CORPUS_DIR
#define CORPUS_DIR "tests/corpus"
#endif

static const char *corpus = CORPUS_DIR;
static struct dsl_report *report;

static int forget_report(void **state)
{
	(void)state;
	dsl_report_free(report);
	report = NULL;
	return 0;
}

/* Checks a text. The copy has no byte behind its end, so that the sanitizer sees a read beyond
 * it. */
static void check_bytes(const void *content, size_t size, enum dsl_level level, const char *stem)
{
	char *exact = malloc(size ? size : 1);

	assert_non_null(exact);
	if (size)
		memcpy(exact, content, size);
	forget_report(NULL);
	assert_int_equal(dsl_check(exact, size, level, stem, &report), 0);
	free(exact);
}

static void check(const char *text, enum dsl_level level, const char *stem)
{
	check_bytes(text, strlen(text), level, stem);
}

static void assert_refused(unsigned line, unsigned column, const char *part)
{
	assert_non_null(report->refusal.text);
	assert_non_null(strstr(report->refusal.text, part));
	assert_int_equal(report->refusal.line, line);
	assert_int_equal(report->refusal.column, column);
}

static void assert_accepted(void)
{
	if (report->refusal.text)
		fail_msg("%u:%u: %s", report->refusal.line, report->refusal.column,
			 report->refusal.text);
}

static void assert_warned(size_t index, unsigned line, unsigned column, const char *part)
{
	assert_true(index < report->n_warnings);
	if (!strstr(report->warnings[index].text, part))
		fail_msg("\"%s\" is not in \"%s\"", part, report->warnings[index].text);
	assert_int_equal(report->warnings[index].line, line);
	assert_int_equal(report->warnings[index].column, column);
}

static void levels_are_read_by_their_words(void **state)
{
	enum dsl_level level = DSL_NONE;

	(void)state;
	assert_int_equal(dsl_level_parse("strict", &level), 0);
	assert_int_equal(level, DSL_STRICT);
	assert_int_equal(dsl_level_parse("none", &level), 0);
	assert_int_equal(level, DSL_NONE);
	assert_int_equal(dsl_level_parse("YAML", &level), -EINVAL);
	assert_int_equal(dsl_level_parse("", &level), -EINVAL);
	assert_int_equal(level, DSL_NONE);
}

static void each_level_refuses_its_own(void **state)
{
	(void)state;
	check("a: [", DSL_NONE, NULL);
	assert_accepted();
	check("a: [", DSL_YAML, NULL);
	assert_refused(1, 4, "never closed");
	check("", DSL_NONE, NULL);
	assert_accepted();
	check("", DSL_YAML, NULL);
	assert_refused(0, 0, "empty");
	check("test", DSL_YAML, NULL);
	assert_accepted();
	check("test", DSL_DSL, NULL);
	assert_refused(1, 1, "not a mapping");
	check(META STEPS, DSL_DSL, "other");
	assert_accepted();
	check(META STEPS, DSL_STRICT, "other");
	assert_refused(2, 9, "\"other\"");
	assert_int_equal(report->n_warnings, 1);
	check(META STEPS, DSL_STRICT, "job");
	assert_accepted();
	assert_int_equal(report->n_warnings, 0);
}

static void warnings_are_made_only_of_a_sound_document(void **state)
{
	(void)state;
	check("meta:\n  name: x\nsteps: []\n", DSL_STRICT, "other");
	assert_refused(3, 8, "empty");
	assert_int_equal(report->n_warnings, 0);
	check("meta:\n  name: x\n" STEPS, DSL_YAML, "other");
	assert_int_equal(report->n_warnings, 0);
}

static void meta_is_read_at_every_level(void **state)
{
	static const char text[] = "steps: 1\nmeta:\n  description: |\n    two\n    lines\n  name: "
				   "\"caf\\u00e9\"\n";

	(void)state;
	for (int level = DSL_NONE; level <= DSL_STRICT; level++) {
		check(text, (enum dsl_level)level, NULL);
		assert_string_equal(report->meta_name, "café");
		assert_string_equal(report->meta_description, "two\nlines\n");
		assert_int_equal(report->meta_name_place.line, 6);
		assert_int_equal(report->meta_name_place.column, 9);
		assert_int_equal(report->meta_description_place.line, 3);
		assert_int_equal(report->meta_description_place.column, 16);
		assert_null(report->meta_name_place.text);
	}
}

static void meta_is_read_of_what_level_yaml_refuses(void **state)
{
	(void)state;
	check("meta: {name: a}\nx: *nothing\n", DSL_NONE, NULL);
	assert_string_equal(report->meta_name, "a");
	check("meta: {name: a}\n---\nmeta: {name: b}\n", DSL_NONE, NULL);
	assert_string_equal(report->meta_name, "a");
	check("meta: {name: a, name: b}\n", DSL_YAML, NULL);
	assert_refused(1, 17, "already");
	assert_string_equal(report->meta_name, "b");
	check("meta: {name: a}\nx: [\n", DSL_NONE, NULL);
	assert_null(report->meta_name);
}

static void meta_is_null_where_there_is_no_text(void **state)
{
	static const char *const texts[] = {
		"",
		"test",
		"meta:\n",
		"meta: [name]\n",
		"meta: {name: , description: ~}\n",
		"meta: {name: [a], description: {b: c}}\n",
		"meta: {name: \"a\\0b\"}\n",
		"[meta, {name: a}]\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		check(texts[i], DSL_NONE, NULL);
		assert_null(report->meta_name);
		assert_null(report->meta_description);
	}
	check("meta: {name: '', description: 'null'}\n", DSL_NONE, NULL);
	assert_string_equal(report->meta_name, "");
	assert_string_equal(report->meta_description, "null");
}

/* Checks a document that is sound apart from this text behind "meta: ". */
static void check_meta(const char *meta)
{
	_cleanup_free_ char *text = NULL;

	assert_true(asprintf(&text,
			     "meta: %s\nsteps: [{name: a, task: hwc:runbook:suspend@1.0.0}]\n",
			     meta) > 0);
	check(text, DSL_DSL, NULL);
}

static void surrogate_pairs_are_read_as_their_character(void **state)
{
	static const struct {
		const char *meta, *name;
	} rows[] = {
		{"{\"name\":\"a \\ud83d\\ude00 b\"}", "a 😀 b"},
		{"{name: \"\\uD800\\uDC00\\udBFF\\uDFfF\"}", "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"},
		{"{name: \"\\\\ud83d\\\\\\ud83d\\ude00\"}", "\\ud83d\\😀"},
		/* in single quotes, and without quotes, an escape is plain text */
		{"{name: '\\ud83d\\ude00', x: \"\\ud83d\\ude00\"}", "\\ud83d\\ude00"},
		{"{name: \\uD83D, x: \"\\ud83d\\ude00\"}", "\\uD83D"},
		/* characters of the private area, raw or escaped, stay the same */
		{"{name: \"\\ud83d\\ude00\\ue03d\xee\x80\xbd\"}", "😀\xee\x80\xbd\xee\x80\xbd"},
		{"{name: \"\\ue000\\U0000e800\\ud83d\\ude00\"}", "\xee\x80\x80\xee\xa0\x80😀"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		check_meta(rows[i].meta);
		assert_accepted();
		assert_string_equal(report->meta_name, rows[i].name);
	}
	/* For libyaml, characters of one of three blocks of the private area stand for the halves
	 * of a pair. Here the document itself has characters of all three: no block is free. */
	check_meta("{name: \"\\ue000\\ue800\\uf000\\ud83d\\ude00\"}");
	assert_refused(1, 35, "no Unicode character");
}

static void half_of_a_surrogate_pair_is_refused_in_a_name_only(void **state)
{
	static const char *const halves[] = {"\\ud83d",	       "\\ude00",	  "\\ude00\\ud83d",
					     "\\ud83d\\ud83d", "\\ud83dx\\ude00", "\\ud83d\\u0041"};
	_cleanup_free_ char *meta = NULL;

	(void)state;
	for (size_t i = 0; i < sizeof(halves) / sizeof(halves[0]); i++) {
		free(meta);
		assert_true(asprintf(&meta, "{name: a, x: \"%s\"}", halves[i]) > 0);
		check_meta(meta);
		assert_accepted();
		memcpy(strstr(meta, "name: a, x"), "x: a, name", strlen("name: a, x"));
		check_meta(meta);
		assert_refused(1, 20, "half of a surrogate pair");
		assert_null(report->meta_name);
	}
	check_meta("{name: a, description: \"\\ud83d\"}");
	assert_refused(1, 30, "meta.description holds half");
	/* two different halves are two keys, and a pair is the same key as its character */
	check_meta("{name: a, \"\\ud83d\": 1, \"\\ud83e\": 2}");
	assert_accepted();
	check_meta("{name: a, \"\\ud83d\\ude00\": 1, 😀: 2}");
	assert_refused(1, 36, "already");
}

static void places_behind_a_surrogate_pair_are_right(void **state)
{
	(void)state;
	check("meta: {name: \"\\ud83d\\ude00\", name: b}\n", DSL_YAML, NULL);
	assert_refused(1, 30, "already");
}

static void merge_keys_bring_in_what_is_missing(void **state)
{
	static const struct {
		const char *text, *name;
	} rows[] = {
		{"b: &b {name: m}\nmeta: {<<: *b}\nsteps: [{}]\n", "m"},
		{"b: &b {name: m}\nmeta: {<<: *b, name: own}\nsteps: [{}]\n", "own"},
		{"b: &b {name: m}\nmeta: {name: own, <<: *b}\nsteps: [{}]\n", "own"},
		{"b: &b {name: 1}\nc: &c {name: 2}\nmeta: {<<: [*b, *c]}\nsteps: [{}]\n", "1"},
		{"b: &b {x: 1}\nc: &c {name: 2}\nmeta: {<<: [*b, *c]}\nsteps: [{}]\n", "2"},
		{"b: &b {name: 1}\nc: &c {<<: *b}\nmeta: {<<: *c}\nsteps: [{}]\n", "1"},
		{"x: &m\n  meta: {name: a}\n  steps: [{}]\n<<: *m\n", "a"},
		{"<<: {meta: {name: a}, steps: [{}]}\n", "a"},
		{"<<: [{meta: {name: a}}, {steps: [{}]}]\n", "a"},
		{"meta: {!!merge <<: {name: a}}\nsteps: [{}]\n", "a"},
		{"meta: {!!merge \"<<\": {name: a}}\nsteps: [{}]\n", "a"},
		{"meta: {!<tag:yaml.org,2002:merge> m: {name: a}}\nsteps: [{}]\n", "a"},
		{"meta: {<<: {x: 1}, !!merge m: {name: a}}\nsteps: [{}]\n", "a"},
		{"k: &k <<\nmeta:\n  *k : {name: a}\nsteps: [{}]\n", "a"},
		{"{k: &k !!merge m, *k : {meta: {name: a}, steps: [{}]}}\n", "a"},
	};
	static const char *const bad[] = {
		"b: &b {name: m}\nmeta: {\"<<\": *b}\nsteps: [{}]\n",
		"meta: {!!str <<: {name: a}}\nsteps: [{}]\n",
		"k: &k \"<<\"\nmeta:\n  *k : {name: a}\nsteps: [{}]\n",
		"b: &b m\nmeta: {<<: *b}\nsteps: [{}]\n",
		"meta: {<<: [[{name: a}]]}\nsteps: [{}]\n",
		"meta: {<<: }\nsteps: [{}]\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		check(rows[i].text, DSL_DSL, NULL);
		assert_accepted();
		assert_string_equal(report->meta_name, rows[i].name);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		check(bad[i], DSL_DSL, NULL);
		assert_non_null(report->refusal.text);
		assert_non_null(strstr(report->refusal.text, "there is no \"name\""));
	}
}

static void steps_and_inputs_are_known_through_merge_keys(void **state)
{
	(void)state;
	check("meta: {name: a, schemaVersion: 3}\n"
	      "base: &base {task: hwc:runbook:suspend@1.0.0, inputs: {x: '{{$globals.two}}'}}\n"
	      "more: &more {one: {}, two: {}}\n"
	      "inputs: {<<: [*more], three: {}}\n"
	      "steps:\n- {name: s, <<: *base}\n",
	      DSL_DSL, "a");
	assert_accepted();
	assert_int_equal(report->n_warnings, 1);
	assert_warned(0, 4, 23, "\"three\" is never used");
}

static void odd_things_are_warned_of_in_the_order_of_the_text(void **state)
{
	(void)state;
	check("steps:\n"
	      "  - task: run\n"
	      "  - {name: a, task: 'hwc:runbook:x@1.0', in: '{{$globals.gone}} "
	      "{{$globals.gone}}'}\n"
	      "  - {name: a, task: 'hwc:runbook:@1.0.0'}\n"
	      "  - {name: b, task: 'hwc:runbook:x@10.20.30', in: {{$globals.used}}}\n"
	      "inputs:\n"
	      "  used: {}\n"
	      "  unused: {}\n"
	      "meta: {name: n, schemaVersion: 2, description: '{{$globals.unused}}'}\n",
	      DSL_DSL, "m");
	assert_accepted();
	assert_int_equal(report->n_more_warnings, 0);
	assert_int_equal(report->n_warnings, 10);
	assert_warned(0, 2, 5, "no name");
	assert_warned(1, 2, 11, "\"run\"");
	assert_warned(2, 3, 21, "hwc:runbook:x@1.0\"");
	assert_warned(3, 3, 46, "{{$globals.gone}}");
	assert_warned(4, 4, 12, "named \"a\" too, at 3:12");
	assert_warned(5, 4, 21, "@1.0.0");
	assert_warned(6, 5, 53, "in quotes");
	assert_warned(7, 8, 3, "\"unused\"");
	assert_warned(8, 9, 14, "\"m\"");
	assert_warned(9, 9, 32, "schemaVersion");
}

static void references_are_found_within_other_text(void **state)
{
	(void)state;
	check(META "inputs: {a: {}, b: {}, c: {}, 'd e': {}}\n" STEPS
		   "    x: '{{{$globals.a}} {{ $globals.b }} {{$globals.{{$globals.c}}'\n"
		   "    y: |\n      {{$globals.d e}}\n",
	      DSL_STRICT, NULL);
	assert_accepted();
	check(META STEPS "    x: '{{$globals.}} {{$globals.a} {{$globals.b {{globals.c}} {{'\n",
	      DSL_STRICT, NULL);
	assert_accepted();
}

static void warnings_beyond_the_limit_are_counted(void **state)
{
	_cleanup_buf_ struct buf text = {0};

	(void)state;
	assert_int_equal(buf_printf(&text, META "steps:\n"), 0);
	for (int i = 0; i < DSL_FINDINGS_MAX + 7; i++)
		assert_int_equal(buf_printf(&text, "  - {name: s%d}\n", i), 0);
	check(text.data, DSL_STRICT, NULL);
	assert_int_equal(report->n_warnings, DSL_FINDINGS_MAX);
	assert_int_equal(report->n_more_warnings, 7);
	assert_refused(5, 5, "70 more warnings");
}

static void messages_never_carry_control_characters(void **state)
{
	(void)state;
	check("\"a\\e[31m\\x85\\n\": 1\n\"a\\e[31m\\x85\\n\": 2\n", DSL_YAML, NULL);
	assert_refused(2, 1, "\"a?[31m??\"");
}

/* Texts near the size limit that would take a careless reader a very long time are checked within 2
 * s of processor time. */
static void hostile_texts_take_no_time(void **state)
{
	static const struct {
		const char *head, *unit, *tail;
	} hostile[] = {
		{"", "[", ""},
		{"", "{", ""},
		{"", "? ", ""},
		{"", "- ", ""},
		{"", "---\n", ""},
		{"a: '", "''", ""},
		{"a: \"", "\\n", ""},
		{"[", ":,", "]"},
		{"{", "a,", "}"},
		{"a: 1\n", "a: 1\n", ""},
		{META "x: [&a 1", ",&a 1", "]\n"},
		{META "x: \"", "{{", "\"\n"},
		{META "x: \"", "{{ $globals.", "\"\n"},
		{META "steps:\n", "- {name: a}\n", ""},
		{META "x: [[[[[[[[[[[[[[[[[[[[", "a,", "]]]]]]]]]]]]]]]]]]]]\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
		_cleanup_buf_ struct buf text = {0};
		clock_t began = clock();

		assert_int_equal(buf_printf(&text, "%s", hostile[i].head), 0);
		while (text.size + strlen(hostile[i].unit) + strlen(hostile[i].tail) <=
		       COC_CONTENT_MAX)
			assert_int_equal(buf_printf(&text, "%s", hostile[i].unit), 0);
		assert_int_equal(buf_printf(&text, "%s", hostile[i].tail), 0);
		check(text.data, DSL_STRICT, "job");
		/* milliseconds are usual; the slack is for sanitizers on a busy machine */
		assert_true(clock() - began < 2 * CLOCKS_PER_SEC);
	}
}

static void many_keys_are_compared_fast(void **state)
{
	_cleanup_buf_ struct buf text = {0};
	clock_t began;

	(void)state;
	for (int i = 0; text.size < COC_CONTENT_MAX - 20; i++)
		assert_int_equal(buf_printf(&text, "k%d:\n", i), 0);
	assert_int_equal(buf_printf(&text, "k0:\n"), 0);
	began = clock();
	check(text.data, DSL_YAML, NULL);
	assert_non_null(report->refusal.text);
	assert_non_null(strstr(report->refusal.text, "at 1:1"));
	assert_true(clock() - began < 2 * CLOCKS_PER_SEC);
}

/* Checks a document whose value x is n ones, within `depth` lists. */
static void check_within_lists(size_t depth, size_t n)
{
	_cleanup_buf_ struct buf text = {0};

	assert_int_equal(buf_printf(&text, META STEPS "x: "), 0);
	for (size_t i = 0; i < depth; i++)
		assert_int_equal(buf_append(&text, "[", 1), 0);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(buf_append(&text, "1,", 2), 0);
	for (size_t i = 0; i < depth; i++)
		assert_int_equal(buf_append(&text, "]", 1), 0);
	check(text.data, DSL_DSL, NULL);
}

/* A document with many values within many brackets is refused: for each value, libyaml looks at all
 * brackets around it, which takes time. */
static void values_within_many_brackets_are_refused(void **state)
{
	_cleanup_buf_ struct buf text = {0};

	(void)state;
	/* as many values as fit are accepted within 15 lists, and 8,000 values within 60 lists */
	check_within_lists(15, 32000);
	assert_accepted();
	check_within_lists(60, 8000);
	assert_accepted();
	check_within_lists(60, 8400);
	assert_refused(7, 16668, "within many brackets");
	assert_null(report->meta_name);
	check_within_lists(60, 32000);
	assert_refused(7, 16668, "within many brackets");
	/* indentation costs libyaml nothing */
	assert_int_equal(buf_printf(&text, META STEPS "x:\n"), 0);
	for (int i = 0; i < 50; i++)
		assert_int_equal(buf_printf(&text, "%*s-\n", i, ""), 0);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(buf_printf(&text, "%*s- [1,1,1]\n", 50, ""), 0);
	check(text.data, DSL_DSL, NULL);
	assert_accepted();
}

/* A %TAG directive of more than DSL_TAG_DIRECTIVE_MAX bytes is refused: libyaml writes its prefix
 * out for each tag, which takes memory. */
static void long_tag_directives_are_refused(void **state)
{
	static const char head[] = "%TAG !a! ", *const ends[] = {"\n",		 "\r",
								 "\r\n",	 "\xc2\x85",
								 "\xe2\x80\xa8", "\xe2\x80\xa9"};

	(void)state;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		for (int more = 0; more < 2; more++) {
			_cleanup_buf_ struct buf text = {0};

			assert_int_equal(buf_printf(&text, "# %%TAG in a comment\n%s", head), 0);
			for (int n = (int)strlen(head); n < DSL_TAG_DIRECTIVE_MAX + more; n++)
				assert_int_equal(buf_append(&text, "b", 1), 0);
			assert_int_equal(buf_printf(&text, "%s---\n%s", ends[i], META STEPS), 0);
			check(text.data, DSL_DSL, NULL);
			if (more)
				assert_refused(2, 1, "more than 1024 bytes");
			else
				assert_accepted();
		}
	}
}

/* A %TAG is a directive only where a line begins. A line can begin behind NEL, LS, PS and the byte
 * order mark. No line begins behind the four letters here, which only end in the same bytes, nor
 * behind a second byte order mark. */
static void only_a_line_begins_with_a_tag_directive(void **state)
{
	static const char *const before[] = {"\xc3\x85", "\xc3\xa8", "\xc3\xa9", "\xc2\xbf"};
	_cleanup_buf_ struct buf text = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++) {
		buf_cut(&text, 0);
		for (int n = 0; n <= DSL_TAG_DIRECTIVES_MAX; n++)
			assert_int_equal(buf_printf(&text, "# %s%%TAG\n", before[i]), 0);
		assert_int_equal(buf_printf(&text, "# %s%%TAG", before[i]), 0);
		for (int n = 0; n < DSL_TAG_DIRECTIVE_MAX; n++)
			assert_int_equal(buf_append(&text, "b", 1), 0);
		assert_int_equal(buf_printf(&text, "\n%s", META STEPS), 0);
		check(text.data, DSL_DSL, NULL);
		assert_accepted();
	}
	check("\xef\xbb\xbf%TAG !a! x\n---\nx: !a!b 1\n", DSL_YAML, NULL);
	assert_accepted();
	check("\xef\xbb\xbf\xef\xbb\xbf%TAG !a! x\n---\nx: !a!b 1\n", DSL_YAML, NULL);
	assert_non_null(report->refusal.text);
}

/* An alias counts as the text of its anchor, also as a key: two keys with the same text are
 * refused. Each anchor's text is looked at one time, for all its aliases. */
static void aliases_of_one_text_are_that_text(void **state)
{
	(void)state;
	check("x: &a 'long'\ny: {*a : 1, *a : 2}\n", DSL_YAML, NULL);
	assert_refused(2, 13, "already, at 2:5");
	check("x: &a 'long'\ny: {long: 1, *a : 2}\n", DSL_YAML, NULL);
	assert_refused(2, 14, "already, at 2:5");
	check("x: &a 'long'\ny: {*a : 1, longer: 2}\n", DSL_YAML, NULL);
	assert_accepted();
	/* an anchor that is set a second time, and an anchor whose name begins with another's
	 * name */
	check("meta: {x: &a 1, y: &ab 2, z: &a 3, name: *a, description: *ab}\n", DSL_NONE, NULL);
	assert_string_equal(report->meta_name, "3");
	assert_string_equal(report->meta_description, "2");
	check(META "steps: [{name: &n s, task: &t 'hwc:runbook:a@1.0.0'}, {name: *n, task: *t}]\n",
	      DSL_DSL, "job");
	assert_int_equal(report->n_warnings, 1);
	assert_warned(0, 4, 62, "a step before is named");
}

static void inputs_that_are_merged_twice_are_inputs(void **state)
{
	(void)state;
	check(META "k: &k {a: , b: }\nl: &l {<<: *k, c: }\n"
		   "inputs: {<<: [*k, *l, *k, *l], d: }\n" STEPS
		   "    x: '{{$globals.a}}{{$globals.b}}{{$globals.c}}{{$globals.d}}'\n",
	      DSL_STRICT, NULL);
	assert_accepted();
}

static void every_beginning_of_a_document_is_survived(void **state)
{
	static const char text[] =
		"%YAML 1.2\n---\n" META "x: &a {? [b] : \"\\u4e2d\", c: *a}\n" STEPS "...\n";

	(void)state;
	for (size_t size = 0; size < sizeof(text); size++)
		check_bytes(text, size, DSL_STRICT, NULL);
}

/* Appends the whole content of a file to buf. Fails the test if the file cannot be read. */
static void read_file(const char *path, struct buf *buf)
{
	_cleanup_fclose_ FILE *file = fopen(path, "re");
	char part[4096];
	size_t n;

	if (!file)
		fail_msg("%s: cannot be read", path);
	assert_int_equal(buf_reserve(buf, 1), 0);
	while ((n = fread(part, 1, sizeof(part), file)) > 0)
		assert_int_equal(buf_append(buf, part, n), 0);
	assert_false(ferror(file));
}

/* Returns the length of a job file's name without its suffix, or 0 for another file. */
static size_t stem_of(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot && (!strcmp(dot, ".yaml") || !strcmp(dot, ".yml")) ? (size_t)(dot - name) : 0;
}

/* Calls fn for every job file in a directory of the corpus. Returns how many there are. */
static unsigned for_each_file(const char *directory, void (*fn)(const char *path, const char *stem))
{
	_cleanup_free_ char *folder = NULL;
	struct dirent *entry;
	unsigned n = 0;
	DIR *dir;

	assert_true(asprintf(&folder, "%s/%s", corpus, directory) > 0);
	dir = opendir(folder);
	if (!dir)
		fail_msg("%s: cannot be listed", folder);
	while ((entry = readdir(dir))) {
		size_t length = stem_of(entry->d_name);
		_cleanup_free_ char *path = NULL, *stem = NULL;

		if (!length)
			continue;
		assert_true(asprintf(&path, "%s/%s", folder, entry->d_name) > 0);
		stem = strndup(entry->d_name, length);
		assert_non_null(stem);
		fn(path, stem);
		n++;
	}
	closedir(dir);
	return n;
}

static void must_be_accepted(const char *path, const char *stem)
{
	_cleanup_buf_ struct buf content = {0};

	read_file(path, &content);
	check_bytes(content.data, content.size, DSL_DSL, stem);
	if (report->refusal.text)
		fail_msg("%s: %u:%u: %s", path, report->refusal.line, report->refusal.column,
			 report->refusal.text);
	assert_non_null(report->meta_name);
}

static void every_good_file_is_accepted(void **state)
{
	(void)state;
	assert_true(for_each_file("good", must_be_accepted) >= 18);
}

/* Does the report of a file of this size match the expectation: "ERRNO", "ERRNO LINE:" or "ERRNO
 * LINE:COLUMN"? */
static bool meets(const char *expect, size_t size)
{
	int errnum = size > COC_CONTENT_MAX ? EFBIG : EINVAL;
	char name[16] = "";
	unsigned line = 0, column = 0;
	int n = sscanf(expect, "%15s %u:%u", name, &line, &column);

	if (n < 1 || strcmp(name, err_name(errnum)) != 0 || !report->refusal.text)
		return false;
	if (n >= 2 && line != report->refusal.line)
		return false;
	return n < 3 || column == report->refusal.column;
}

static void must_be_refused(const char *path, const char *stem)
{
	_cleanup_buf_ struct buf content = {0}, expect = {0};
	_cleanup_free_ char *expect_path = NULL;

	assert_true(asprintf(&expect_path, "%.*s.expect", (int)stem_of(path), path) > 0);
	read_file(path, &content);
	read_file(expect_path, &expect);
	check_bytes(content.data, content.size, DSL_DSL, stem);
	if (!meets(expect.data, content.size))
		fail_msg("%s: %u:%u: %s, but %s is expected", path, report->refusal.line,
			 report->refusal.column,
			 report->refusal.text ? report->refusal.text : "accepted", expect.data);
	assert_int_equal(report->n_warnings, 0);
}

static void every_bad_file_is_refused_at_its_place(void **state)
{
	(void)state;
	assert_true(for_each_file("bad", must_be_refused) >= 45);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(every_good_file_is_accepted, forget_report),
		cmocka_unit_test_teardown(every_bad_file_is_refused_at_its_place, forget_report),
		cmocka_unit_test_teardown(levels_are_read_by_their_words, forget_report),
		cmocka_unit_test_teardown(each_level_refuses_its_own, forget_report),
		cmocka_unit_test_teardown(warnings_are_made_only_of_a_sound_document,
					  forget_report),
		cmocka_unit_test_teardown(meta_is_read_at_every_level, forget_report),
		cmocka_unit_test_teardown(meta_is_read_of_what_level_yaml_refuses, forget_report),
		cmocka_unit_test_teardown(meta_is_null_where_there_is_no_text, forget_report),
		cmocka_unit_test_teardown(surrogate_pairs_are_read_as_their_character,
					  forget_report),
		cmocka_unit_test_teardown(half_of_a_surrogate_pair_is_refused_in_a_name_only,
					  forget_report),
		cmocka_unit_test_teardown(places_behind_a_surrogate_pair_are_right, forget_report),
		cmocka_unit_test_teardown(merge_keys_bring_in_what_is_missing, forget_report),
		cmocka_unit_test_teardown(steps_and_inputs_are_known_through_merge_keys,
					  forget_report),
		cmocka_unit_test_teardown(odd_things_are_warned_of_in_the_order_of_the_text,
					  forget_report),
		cmocka_unit_test_teardown(references_are_found_within_other_text, forget_report),
		cmocka_unit_test_teardown(warnings_beyond_the_limit_are_counted, forget_report),
		cmocka_unit_test_teardown(messages_never_carry_control_characters, forget_report),
		cmocka_unit_test_teardown(hostile_texts_take_no_time, forget_report),
		cmocka_unit_test_teardown(many_keys_are_compared_fast, forget_report),
		cmocka_unit_test_teardown(values_within_many_brackets_are_refused, forget_report),
		cmocka_unit_test_teardown(long_tag_directives_are_refused, forget_report),
		cmocka_unit_test_teardown(only_a_line_begins_with_a_tag_directive, forget_report),
		cmocka_unit_test_teardown(aliases_of_one_text_are_that_text, forget_report),
		cmocka_unit_test_teardown(inputs_that_are_merged_twice_are_inputs, forget_report),
		cmocka_unit_test_teardown(every_beginning_of_a_document_is_survived, forget_report),
	};

	if (argc > 1)
		corpus = argv[1];
	return cmocka_run_group_tests_name("dsl", tests, NULL, NULL);
}
