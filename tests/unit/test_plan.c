/* SPDX-License-Identifier: MIT */
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
#include "service/bounds.h"
#include "service/simulate/plan.h"
#include "service/simulate/plan_task.h"

static struct plan make(const char *content, const char *parameters, const char *name,
			const char *targets)
{
	const struct plan_source source = {
		.content = content,
		.parameters = parameters,
		.targets = targets,
		.target_parameter_name = name,
		.step_ms = 7000,
	};
	struct plan plan = {0};

	assert_int_equal(plan_make(&source, &plan), 0);
	return plan;
}

/* Returns the slices of a plan as a text: for each its step, a letter for its end, and its
 * milliseconds. Letters: s succeeds, f fails, o fails once, t times out, w waits, x cannot. The
 * text is valid until the next call. */
static const char *slices_of(const struct plan *plan)
{
	static const char letters[] = "sfotwx";
	static char text[512];
	size_t size = 0;

	text[0] = '\0';
	for (size_t i = 0; i < plan->n_slices && size < sizeof(text); i++)
		size += (size_t)snprintf(text + size, sizeof(text) - size, "%s%zu%c%lld",
					 i ? " " : "", plan->slices[i].step,
					 letters[plan->slices[i].end],
					 (long long)plan->slices[i].ms);
	return text;
}

#define STEP(action, inputs)                                                                       \
	"steps: [{name: one, task: 'hwc:runbook:" action "@1.0.0', inputs: " inputs "}]"

static void makes_a_slice_of_each_action(void **state)
{
	static const struct {
		const char *content, *slices;
	} rows[] = {
		{STEP("suspend", "{}"), "0w0"},
		{STEP("executeAPI", "{service: ECS}"), "0s7000"},
		{STEP("scripts", "{timeout: 300}"), "0s7000"},
		{STEP("scripts", "{timeout: 6}"), "0t6000"},
		{STEP("scripts", "{timeout: 0}"), "0s7000"},
		{STEP("sleep", "{seconds: 30}"), "0s30000"},
		{STEP("sleep", "{unit: s, what: ever, for: \"5\"}"), "0s5000"},
		{STEP("sleep", "{}"), "0s7000"},
		{STEP("branch", "{}"), "0s7000"},
		{STEP("neverHeardOf", "~"), "0s7000"},
		{STEP("executeAPI", "{local_seconds: 3}"), "0s3000"},
		{STEP("executeAPI", "{local_seconds: 0}"), "0s0"},
		{STEP("executeAPI", "{local_seconds: soon}"), "0f7000"},
		{STEP("executeAPI", "{local_seconds: 1000000000}"), "0f7000"},
		{STEP("executeAPI", "{local_outcome: fail}"), "0f7000"},
		{STEP("executeAPI", "{local_outcome: fail-once, local_seconds: 1}"), "0o1000"},
		{STEP("executeAPI", "{local_outcome: timeout}"), "0t7000"},
		{STEP("executeAPI", "{local_outcome: succeed}"), "0s7000"},
		{STEP("executeAPI", "{local_outcome: explode}"), "0f7000"},
		{STEP("suspend", "{local_outcome: fail}"), "0w0"},
		{"steps: [{task: 'hwc:runbook:suspend@1.0.0'}, {task: 'hwc:runbook:sleep@2.10.3'}]",
		 "0w0 1s7000"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct plan plan = make(rows[i].content, "[]", "", "[]");

		if (strcmp(slices_of(&plan), rows[i].slices))
			print_error("%s\n", rows[i].content);
		assert_string_equal(slices_of(&plan), rows[i].slices);
		plan_finish(&plan);
	}
}

static void is_one_step_that_says_why_when_the_content_is_no_document(void **state)
{
	static const struct {
		const char *content, *why;
	} rows[] = {
		{"test", "not a DSL document"},
		{"", "empty"},
		{"# nothing", "empty"},
		{"[1, 2]", "not a DSL document"},
		{"meta: {name: x}", "no list of steps"},
		{"steps: []", "no list of steps"},
		{"steps: {a: b}", "no list of steps"},
		{"steps: [a]", "a step is not a mapping"},
		{"steps:\n\t- a", "line 2"},
		{"a: b\n---\nc: d", "line 2: a second document"},
		{"a: *b", "alias without its anchor"},
		{"a: &b [*b]", "alias without its anchor"},
		{"? [a]\n: b", "key is not a text"},
		{"a: \"\\0\"", "NUL"},
		{"a: &a [x,x,x,x,x,x,x,x,x,x]\n"
		 "b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\n"
		 "c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\n"
		 "d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\n"
		 "e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\n",
		 "stands for too much"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct plan plan = make(rows[i].content, "[]", "", "[]");

		assert_string_equal(slices_of(&plan), "0x0");
		assert_string_equal(plan.steps[0].name, "document");
		if (!strstr(plan.steps[0].message, rows[i].why))
			fail_msg("%s: %s", rows[i].content, plan.steps[0].message);
		plan_finish(&plan);
	}
}

static void gives_up_a_document_that_is_nested_too_deep(void **state)
{
	char content[60001];
	struct plan plan;

	(void)state;
	memset(content, '[', sizeof(content) - 1);
	content[sizeof(content) - 1] = '\0';
	plan = make(content, "[]", "", "[]");
	assert_non_null(strstr(plan.steps[0].message, "nested too deep"));
	plan_finish(&plan);
	/* aliases that would nest deeper than any document may */
	plan = make("a: &a [[[[[[[[[[[[[[[[[[[[x]]]]]]]]]]]]]]]]]]]]\n"
		    "b: &b [[[[[[[[[[[[[[[[[[[[*a]]]]]]]]]]]]]]]]]]]]\n"
		    "c: &c [[[[[[[[[[[[[[[[[[[[*b]]]]]]]]]]]]]]]]]]]]\n"
		    "d: [[[[[[[[[[[[[[[[[[[[*c]]]]]]]]]]]]]]]]]]]]\n",
		    "[]", "", "[]");
	assert_non_null(strstr(plan.steps[0].message, "line 4: an alias stands for too much"));
	plan_finish(&plan);
}

static void has_no_more_steps_than_may_be(void **state)
{
	_cleanup_buf_ struct buf content = {0};
	struct plan plan;

	(void)state;
	assert_int_equal(buf_printf(&content, "steps:\n"), 0);
	for (int i = 0; i < SERVICE_STEPS_MAX; i++)
		assert_int_equal(buf_printf(&content, "- {task: 'hwc:runbook:sleep@1.0.0'}\n"), 0);
	plan = make(content.data, "[]", "", "[]");
	assert_int_equal(plan.n_steps, SERVICE_STEPS_MAX);
	plan_finish(&plan);
	assert_int_equal(buf_printf(&content, "- {task: 'hwc:runbook:sleep@1.0.0'}\n"), 0);
	plan = make(content.data, "[]", "", "[]");
	assert_non_null(strstr(plan.steps[0].message, "more than a thousand steps"));
	plan_finish(&plan);
}

static void cannot_do_a_step_whose_task_or_inputs_are_none(void **state)
{
	static const char *const tasks[] = {
		"suspend",
		"hwc:runbook:suspend",
		"hwc:runbook:suspend@1",
		"hwc:runbook:suspend@1.0",
		"hwc:runbook:@1.0.0",
		"hwc:runbook:suspend@1.0.x",
		"hwc:runbook:suspend@1.0.0.0",
		"hwc:runbook:suspend@1.0.0 ",
		"",
		"hwc:workflow:suspend@1.0.0",
	};
	char content[128];
	struct plan plan;

	(void)state;
	for (size_t i = 0; i < sizeof(tasks) / sizeof(tasks[0]); i++) {
		snprintf(content, sizeof(content), "steps: [{task: '%s'}]", tasks[i]);
		plan = make(content, "[]", "", "[]");
		assert_string_equal(slices_of(&plan), "0x0");
		assert_string_equal(plan.steps[0].name, "step-1");
		assert_non_null(strstr(plan.steps[0].message, "hwc:runbook:ACTION@x.y.z"));
		plan_finish(&plan);
	}
	plan = make(STEP("executeAPI", "[a]"), "[]", "", "[]");
	assert_string_equal(slices_of(&plan), "0x0");
	assert_string_equal(plan.steps[0].message, "the inputs are not a mapping");
	plan_finish(&plan);
}

static void fills_in_the_parameters(void **state)
{
	static const char content[] =
		"inputs:\n"
		"  region: {default: cn-north-4}\n"
		"  list: {default: [a, b]}\n"
		"  empty: {default: \"\"}\n"
		"  none: {type: string}\n"
		"steps:\n"
		"- task: hwc:runbook:executeAPI@1.0.0\n"
		"  inputs:\n"
		"    whole: '{{$globals.region}}'\n"
		"    blanks: 'in {{ $globals.region }}, {{$globals.given}}'\n"
		"    list: '{{$globals.list}}'\n"
		"    empty: '<{{$globals.empty}}>'\n"
		"    other: '{{$steps.x}} {{region}} {{$globals.}} {{$globals.region'\n"
		"    number: 030\n"
		"    null: ~\n"
		"    deep: {a: [1, x]}\n";
	static const char *const values[][2] = {
		{"whole", "eu-west-101"},
		{"blanks", "in eu-west-101, there"},
		{"list", "[\"a\",\"b\"]"},
		{"empty", "<>"},
		{"other", "{{$steps.x}} {{region}} {{$globals.}} {{$globals.region"},
		{"number", "030"},
		{"null", ""},
		{"deep", "{\"a\":[\"1\",\"x\"]}"},
	};
	struct plan plan = make(content,
				"[{\"key\":\"region\",\"value\":\"eu-west-101\"},"
				"{\"key\":\"given\",\"value\":\"there\"}]",
				"", "[]");

	(void)state;
	assert_string_equal(slices_of(&plan), "0s7000");
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		assert_string_equal(plan_input(plan.steps[0].inputs, values[i][0]), values[i][1]);
	plan_finish(&plan);
}

static void fails_at_a_parameter_without_a_value(void **state)
{
	struct plan plan = make("inputs: {none: {type: string}}\n" STEP(
					"executeAPI", "{region: 'x {{$globals.none}}', b: c}"),
				"[]", "", "[]");

	(void)state;
	assert_string_equal(slices_of(&plan), "0f0");
	assert_string_equal(plan.steps[0].message,
			    "the input region refers to the parameter none, which has no value");
	assert_string_equal(plan_input(plan.steps[0].inputs, "region"), "x {{$globals.none}}");
	assert_string_equal(plan_input(plan.steps[0].inputs, "b"), "c");
	plan_finish(&plan);
}

static void fails_at_inputs_that_grow_without_bound(void **state)
{
	_cleanup_buf_ struct buf content = {0};
	struct plan plan;

	(void)state;
	assert_int_equal(buf_printf(&content, "inputs: {a: {default: %030000d}}\nsteps:\n", 1), 0);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(
			buf_printf(&content, "- {task: 'hwc:runbook:sleep@1.0.0', inputs: {x: '"),
			0);
		for (int j = 0; j < 600; j++)
			assert_int_equal(buf_printf(&content, "{{$globals.a}}"), 0);
		assert_int_equal(buf_printf(&content, "'}}\n"), 0);
	}
	plan = make(content.data, "[]", "", "[]");
	assert_string_equal(slices_of(&plan), "0f0 1f0 2f0");
	assert_non_null(strstr(plan.steps[2].message, "bytes"));
	plan_finish(&plan);
}

#define BATCH(number, strategy)                                                                    \
	"{\"batch_index\":" number ",\"strategy\":\"" strategy "\",\"instances\":"                 \
	"[{\"resource_id\":\"r" number "\"}]}"
#define BATCHES(values) "[{\"key\":\"BatchValues\",\"values\":[" values "]}]"

static void makes_a_slice_of_each_batch(void **state)
{
	static const struct {
		const char *inputs, *name, *targets, *slices;
	} rows[] = {
		{"{l: '{{$globals.list}}'}", "list",
		 BATCHES(BATCH("1", "PAUSE") "," BATCH("2", "CONTINUE") "," BATCH("3", "PAUSE")),
		 "0s7000 0w0 0s7000 0s7000"},
		/* batches: the public client sends objects; the page of the API says strings */
		{"{l: '{{$globals.list}}'}", "list",
		 BATCHES("\"{\\\"strategy\\\":\\\"PAUSE\\\"}\",\"{}\""), "0s7000 0w0 0s7000"},
		{"{l: '{{$globals.list}}'}", "list",
		 "[{\"key\":\"InstanceValues\",\"values\":[{\"name\":\"a\"},\"b\"]}]", "0s7000"},
		/* a step that does not use the batches runs once */
		{"{l: x}", "list", BATCHES(BATCH("1", "PAUSE") "," BATCH("2", "PAUSE")), "0s7000"},
		{"{l: '{{$globals.list}}'}", "other",
		 BATCHES(BATCH("1", "PAUSE") "," BATCH("2", "PAUSE")), "0s7000"},
		{"{l: '{{$globals.list}}'}", "list", "[]", "0s7000"},
		{"{l: '{{$globals.list}}', local_outcome: fail}", "list",
		 BATCHES(BATCH("1", "PAUSE") "," BATCH("2", "PAUSE")), "0f7000 0w0 0f7000"},
	};
	char content[256];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct plan plan;

		snprintf(content, sizeof(content),
			 "inputs: {list: {default: '[]'}}\n"
			 "steps: [{task: 'hwc:runbook:scripts@1.0.0', inputs: %s}]",
			 rows[i].inputs);
		plan = make(content, "[]", rows[i].name, rows[i].targets);
		if (strcmp(slices_of(&plan), rows[i].slices))
			print_error("%s %s\n", rows[i].inputs, rows[i].targets);
		assert_string_equal(slices_of(&plan), rows[i].slices);
		plan_finish(&plan);
	}
}

static void takes_the_instances_of_a_script_from_its_inputs(void **state)
{
	struct plan plan = make("inputs: {l: {default: '[]'}}\n" STEP(
					"scripts", "{instance_list: '{{$globals.l}}'}"),
				"[{\"key\":\"l\",\"value\":\"[{\\\"name\\\":\\\"a\\\"},"
				"{\\\"name\\\":\\\"b\\\"}]\"}]",
				"", "[]");
	const cJSON *batch;

	(void)state;
	assert_string_equal(slices_of(&plan), "0s7000");
	assert_int_equal(cJSON_GetArraySize(plan.steps[0].batches), 1);
	batch = plan.steps[0].batches->child;
	assert_int_equal(cJSON_GetArraySize(json_get(batch, "instances")), 2);
	plan_finish(&plan);
}

static void gives_up_batches_without_number(void **state)
{
	_cleanup_buf_ struct buf targets = {0}, content = {0};
	struct plan plan;

	(void)state;
	assert_int_equal(buf_printf(&targets, "[{\"key\":\"BatchValues\",\"values\":["), 0);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(buf_printf(&targets, "%s{}", i ? "," : ""), 0);
	assert_int_equal(buf_printf(&targets, "]}]"), 0);
	assert_int_equal(buf_printf(&content, "inputs: {l: {default: x}}\nsteps:\n"), 0);
	for (int i = 0; i < 20; i++)
		assert_int_equal(buf_printf(&content, "- {task: 'hwc:runbook:scripts@1.0.0', "
						      "inputs: {l: '{{$globals.l}}'}}\n"),
				 0);
	plan = make(content.data, "[]", "l", targets.data);
	assert_string_equal(slices_of(&plan), "0x0");
	assert_non_null(strstr(plan.steps[0].message, "too many batches"));
	plan_finish(&plan);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(makes_a_slice_of_each_action),
		cmocka_unit_test(is_one_step_that_says_why_when_the_content_is_no_document),
		cmocka_unit_test(gives_up_a_document_that_is_nested_too_deep),
		cmocka_unit_test(has_no_more_steps_than_may_be),
		cmocka_unit_test(cannot_do_a_step_whose_task_or_inputs_are_none),
		cmocka_unit_test(fills_in_the_parameters),
		cmocka_unit_test(fails_at_a_parameter_without_a_value),
		cmocka_unit_test(fails_at_inputs_that_grow_without_bound),
		cmocka_unit_test(makes_a_slice_of_each_batch),
		cmocka_unit_test(takes_the_instances_of_a_script_from_its_inputs),
		cmocka_unit_test(gives_up_batches_without_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
