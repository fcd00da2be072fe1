/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "service/simulate/plan.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "service/api/rows.h"
#include "service/bounds.h"
#include "service/simulate/batches.h"
#include "service/simulate/parameters.h"
#include "service/simulate/plan_task.h"
#include "service/simulate/yaml_tree.h"

/* The plan of an execution while it is made from the document (source), and how much of the bounds
 * the plan has used. */
struct maker {
	const struct plan_source *source;
	struct plan *plan;
	struct globals globals;
	/* bytes of the input values of all steps so far, parameters filled in: at most
	 * SERVICE_FILLED_MAX */
	size_t filled;
	size_t slices_room;
};

/* Sets the message of a step (why the step fails), in place of an older message. Returns 0, or
 * -ENOMEM: then the step has no message. */
__attribute__((format(printf, 2, 3))) static int say(struct plan_step *step, const char *fmt, ...)
{
	va_list args;
	int size;

	free(step->message);
	va_start(args, fmt);
	size = vasprintf(&step->message, fmt, args);
	va_end(args);
	if (size >= 0)
		return 0;
	step->message = NULL;
	return -ENOMEM;
}

static int add_slice(struct maker *maker, enum slice_end end, int64_t ms)
{
	struct plan *plan = maker->plan;
	size_t room = maker->slices_room ? 2 * maker->slices_room : 16;
	struct slice *slices;

	if (plan->n_slices == maker->slices_room) {
		slices = reallocarray(plan->slices, room, sizeof(*slices));
		if (!slices)
			return -ENOMEM;
		plan->slices = slices;
		maker->slices_room = room;
	}
	plan->slices[plan->n_slices++] = (struct slice){plan->n_steps - 1, end, ms};
	plan->steps[plan->n_steps - 1].n_slices++;
	return 0;
}

/* Appends a step without slices. The array plan->steps must have room. Returns 0 or -ENOMEM. */
static int add_step(struct maker *maker, const char *name, struct plan_step **ret_step)
{
	struct plan *plan = maker->plan;
	struct plan_step *step = &plan->steps[plan->n_steps++];

	*step = (struct plan_step){
		.name = strdup(name),
		.action = strdup(""),
		.inputs = cJSON_CreateArray(),
		.outputs = cJSON_CreateArray(),
		.first_slice = plan->n_slices,
	};
	*ret_step = step;
	return step->name && step->action && step->inputs && step->outputs ? 0 : -ENOMEM;
}

/* Returns a value of the document as a text: a scalar as it is, another value as JSON. The caller
 * frees the text. Returns NULL without memory. */
static char *text_of_value(const cJSON *value)
{
	if (cJSON_IsString(value))
		return strdup(value->valuestring);
	return cJSON_IsNull(value) ? strdup("") : cJSON_PrintUnformatted(value);
}

/* Adds one input to a step, with the values of parameters filled in. Returns 0 or -ENOMEM. Returns
 * -ENOENT if a parameter has no value; -E2BIG if the inputs of all steps would have more than
 * SERVICE_FILLED_MAX bytes. Then the input is added as it is, and the step has a message. */
static int fill_input(struct maker *maker, struct plan_step *step, const cJSON *input)
{
	_cleanup_free_ char *text = text_of_value(input), *missing = NULL;
	_cleanup_buf_ struct buf value = {0};
	const char *filled = text;
	int r, said = 0;

	if (!text)
		return -ENOMEM;
	r = globals_fill(&maker->globals, text, SERVICE_FILLED_MAX - maker->filled, &value,
			 &missing);
	if (r == -ENOENT)
		said = say(step, "the input %s refers to the parameter %s, which has no value",
			   input->string, missing);
	if (r == -E2BIG)
		said = say(step, "the inputs have more than %u bytes with the parameters in them",
			   SERVICE_FILLED_MAX);
	if (r == -ENOMEM || said < 0)
		return -ENOMEM;
	if (r == 0) {
		maker->filled += value.size;
		filled = value.size ? value.data : "";
	}
	if (!rows_pair(step->inputs, input->string, filled))
		return -ENOMEM;
	return r;
}

/* Adds the inputs to a step, as fill_input() does. Returns 0 or -ENOMEM. Returns -ENOENT or -E2BIG
 * if the step cannot be done; then the step has a message. With -E2BIG the inputs behind the one
 * that is too large are left out. */
static int fill_inputs(struct maker *maker, struct plan_step *step, const cJSON *inputs)
{
	const cJSON *input;
	int r = 0, one;

	cJSON_ArrayForEach (input, inputs) {
		one = fill_input(maker, step, input);
		if (one < 0)
			r = one;
		if (one == -ENOMEM || one == -E2BIG)
			break;
	}
	return r;
}

static int add_step_outputs(struct plan_step *step, const cJSON *outputs)
{
	const cJSON *output;
	const char *name;

	cJSON_ArrayForEach (output, outputs) {
		name = json_get_string(output, "name");
		if (name && !rows_pair(step->outputs, name, ""))
			return -ENOMEM;
	}
	return 0;
}

/* Does a step work on the targets of the execution? Yes if there are targets, and an input of the
 * step refers to the parameter that stands for the targets. */
static bool meets_targets(const struct maker *maker, const cJSON *inputs)
{
	const char *name = maker->source->target_parameter_name;
	const cJSON *input;

	if (!*name || !maker->plan->targets->child)
		return false;
	cJSON_ArrayForEach (input, inputs) {
		if (cJSON_IsString(input) && globals_named(input->valuestring, name))
			return true;
	}
	return false;
}

/* Finds the batches of instances that a step works on. Returns 0 or -ENOMEM. */
static int find_batches(struct maker *maker, struct plan_step *step, const cJSON *inputs)
{
	const char *list = plan_input(step->inputs, "instance_list");
	cJSON *batches = NULL;
	int r;

	if (meets_targets(maker, inputs)) {
		step->batches = maker->plan->targets;
		return 0;
	}
	if (!list || strcmp(step->action, "scripts"))
		return 0;
	r = batches_of_input(list, &batches);
	if (r < 0)
		return r;
	if (!cJSON_AddItemToArray(maker->plan->lists, batches)) {
		cJSON_Delete(batches);
		return -ENOMEM;
	}
	step->batches = batches;
	return 0;
}

/* Makes the slices of a step. Without batches this is one slice; else one for each batch, and one
 * for each pause between two batches. Stops early if the plan has more than SERVICE_SLICES_MAX
 * slices: the caller must check n_slices. Returns 0 or -ENOMEM. */
static int add_slices(struct maker *maker, struct plan_step *step, enum slice_end end, int64_t ms)
{
	const cJSON *batch;
	int r = 0;

	if (!step->batches || !step->batches->child)
		return add_slice(maker, end, ms);
	cJSON_ArrayForEach (batch, step->batches) {
		r = add_slice(maker, end, ms);
		if (r == 0 && batch->next && cJSON_IsTrue(json_get(batch, "pause")))
			r = add_slice(maker, SLICE_WAITS, 0);
		if (r < 0 || maker->plan->n_slices > SERVICE_SLICES_MAX)
			break;
	}
	return r;
}

static int make_step(struct maker *maker, const cJSON *row)
{
	const char *name = json_get_string(row, "name"), *task = json_get_string(row, "task");
	const cJSON *inputs = json_get(row, "inputs");
	struct plan_task doing = {0};
	struct plan_step *step;
	char number[32];
	int r;

	snprintf(number, sizeof(number), "step-%zu", maker->plan->n_steps + 1);
	r = add_step(maker, name && *name ? name : number, &step);
	if (r == 0)
		r = add_step_outputs(step, json_get(row, "outputs"));
	if (r < 0)
		return r;
	free(step->action);
	step->action = plan_action(task ? task : "");
	if (!step->action)
		return -ENOMEM;
	if (!*step->action || (inputs && !cJSON_IsNull(inputs) && !cJSON_IsObject(inputs))) {
		r = *step->action ? say(step, "the inputs are not a mapping")
				  : say(step, "the task is not of the form "
					      "hwc:runbook:ACTION@x.y.z");
		return r < 0 ? r : add_slice(maker, SLICE_CANNOT, 0);
	}
	r = fill_inputs(maker, step, inputs);
	if (r == -ENOENT || r == -E2BIG)
		return add_slice(maker, SLICE_FAILS, 0);
	if (r == 0)
		r = find_batches(maker, step, inputs);
	if (r == 0)
		r = plan_task_read(step->action, step->inputs, maker->source->step_ms, &doing);
	if (r < 0)
		return r;
	step->message = doing.message;
	return add_slices(maker, step, doing.end, doing.ms);
}

/* Frees the steps and slices of a plan. The plan has none after that. */
static void drop_steps(struct plan *plan)
{
	for (size_t i = 0; i < plan->n_steps; i++) {
		free(plan->steps[i].name);
		free(plan->steps[i].action);
		free(plan->steps[i].message);
		cJSON_Delete(plan->steps[i].inputs);
		cJSON_Delete(plan->steps[i].outputs);
	}
	free(plan->steps);
	free(plan->slices);
	plan->steps = NULL;
	plan->slices = NULL;
	plan->n_steps = plan->n_slices = 0;
}

/* Makes the plan of a document that cannot be executed: one step that fails, with the reason.
 * Returns 0 or -ENOMEM. */
static int give_plan_up(struct maker *maker, const char *why)
{
	struct plan_step *step;
	int r;

	drop_steps(maker->plan);
	maker->slices_room = 0;
	maker->plan->steps = calloc(1, sizeof(*step));
	if (!maker->plan->steps)
		return -ENOMEM;
	r = add_step(maker, "document", &step);
	if (r == 0)
		r = say(step, "the content cannot be executed: %s", why);
	return r < 0 ? r : add_slice(maker, SLICE_CANNOT, 0);
}

static int make_plan_steps(struct maker *maker, const cJSON *steps)
{
	int count = cJSON_GetArraySize(steps), r = 0;
	const cJSON *row;

	if (!cJSON_IsArray(steps) || !count)
		return give_plan_up(maker, "it has no list of steps");
	if (count > SERVICE_STEPS_MAX)
		return give_plan_up(maker, "it has more than a thousand steps");
	maker->plan->steps = calloc((size_t)count, sizeof(*maker->plan->steps));
	if (!maker->plan->steps)
		return -ENOMEM;
	cJSON_ArrayForEach (row, steps) {
		if (!cJSON_IsObject(row))
			return give_plan_up(maker, "a step is not a mapping");
		r = make_step(maker, row);
		if (r < 0)
			return r;
		if (maker->plan->n_slices > SERVICE_SLICES_MAX)
			return give_plan_up(maker, "its steps have too many batches");
	}
	return 0;
}

static int make_plan(struct maker *maker)
{
	_cleanup_json_ cJSON *parameters = NULL, *targets = NULL, *document = NULL;
	const struct plan_source *source = maker->source;
	struct err err = {0};
	int r;

	maker->plan->lists = cJSON_CreateArray();
	if (!maker->plan->lists ||
	    json_parse(source->parameters, strlen(source->parameters), &parameters) < 0 ||
	    json_parse(source->targets, strlen(source->targets), &targets) < 0 ||
	    batches_of_targets(targets, &maker->plan->targets) < 0)
		return -ENOMEM;
	r = yaml_tree_read(source->content, strlen(source->content), &document, &err);
	if (r == -EINVAL)
		return give_plan_up(maker, err.text);
	if (r < 0)
		return r;
	if (!cJSON_IsObject(document))
		return give_plan_up(maker, "it is not a DSL document, which is a mapping");
	maker->globals.parameters = parameters;
	maker->globals.inputs = json_get(document, "inputs");
	return make_plan_steps(maker, json_get(document, "steps"));
}

int plan_make(const struct plan_source *source, struct plan *ret_plan)
{
	struct plan plan = {0};
	struct maker maker = {.source = source, .plan = &plan};
	int r = make_plan(&maker);

	if (r < 0)
		plan_finish(&plan);
	else
		*ret_plan = plan;
	return r;
}

void plan_finish(struct plan *plan)
{
	drop_steps(plan);
	cJSON_Delete(plan->targets);
	cJSON_Delete(plan->lists);
	*plan = (struct plan){0};
}
