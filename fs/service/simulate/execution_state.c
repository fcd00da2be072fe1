/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "service/simulate/execution_state.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Reads the operations of an execution from their text. The text has for each operation its letter
 * (enum operation_kind), its time in ms and a blank. Returns 0, -EIO if the text has another form,
 * or -ENOMEM. */
static int read_operations(const char *text, struct execution_state *simulation)
{
	size_t count = 0;
	char *end;

	for (const char *at = text; *at; at++)
		count += *at == ' ';
	if (!count)
		return *text ? -EIO : 0;
	simulation->operations = calloc(count, sizeof(*simulation->operations));
	if (!simulation->operations)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++, text = end + 1) {
		if (!strchr("RTAS", *text))
			return -EIO;
		simulation->operations[i].kind = (enum operation_kind)text[0];
		simulation->operations[i].time_ms = strtoll(text + 1, &end, 10);
		if (end == text + 1 || *end != ' ')
			return -EIO;
	}
	simulation->timeline.operations = simulation->operations;
	simulation->timeline.n_operations = count;
	return *text ? -EIO : 0;
}

int execution_state_make(const struct store_run *run, const char *operations,
			 struct execution_state *ret_state, struct err *err)
{
	const struct plan_source source = {
		.content = run->content,
		.parameters = run->parameters,
		.targets = run->targets,
		.target_parameter_name = run->target_parameter_name,
		.step_ms = run->step_ms,
	};
	struct execution_state simulation = {0};
	int r;

	r = plan_make(&source, &simulation.plan);
	if (r == 0)
		r = read_operations(operations, &simulation);
	if (r == -EIO)
		err_set(err, EIO, "the data file has an execution that is damaged");
	if (r < 0) {
		execution_state_finish(&simulation);
		return r;
	}
	simulation.timeline.slices = simulation.plan.slices;
	simulation.timeline.n_slices = simulation.plan.n_slices;
	simulation.timeline.start_ms = run->start_ms;
	/* after TERMINATE a slice goes on for the time of a normal step at most, even if it is a
	 * long sleep */
	simulation.timeline.cancel_ms = run->step_ms;
	*ret_state = simulation;
	return 0;
}

void execution_state_finish(struct execution_state *simulation)
{
	plan_finish(&simulation->plan);
	free(simulation->operations);
	*simulation = (struct execution_state){0};
}

void execution_state_outlook(const struct execution_state *simulation,
			     struct store_outlook *ret_outlook)
{
	const struct timeline *timeline = &simulation->timeline;
	struct timeline_state rest;
	bool canceling =
		timeline->n_operations &&
		timeline->operations[timeline->n_operations - 1].kind == OPERATION_TERMINATE;

	timeline_at(timeline, TIMELINE_FOREVER, &rest, NULL);
	*ret_outlook = (struct store_outlook){
		.moving = execution_status_word(canceling ? STATUS_CANCELING : STATUS_RUNNING),
		.settled = execution_status_word(rest.status),
		.settle_ms = rest.since_ms,
		.ends = execution_status_is_end(rest.status),
	};
}

int execution_state_operate(struct execution_state *simulation, enum operation_kind kind,
			    int64_t time_ms, struct buf *operations)
{
	size_t count = simulation->timeline.n_operations;
	struct operation *grown = reallocarray(simulation->operations, count + 1, sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	grown[count] = (struct operation){.kind = kind, .time_ms = time_ms};
	simulation->operations = grown;
	simulation->timeline.operations = grown;
	simulation->timeline.n_operations = count + 1;
	return buf_printf(operations, "%c%" PRId64 " ", (char)kind, time_ms);
}

/* Returns the status of a step in which one slice ended with a, and another slice with b. This is
 * the one that comes first in order; STATUS_SUCCEED if order has neither. */
static enum execution_status worse_status(enum execution_status a, enum execution_status b)
{
	static const enum execution_status order[] = {STATUS_FAILED, STATUS_TIMEOUT,
						      STATUS_CANCELED};

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (a == order[i] || b == order[i])
			return order[i];
	return STATUS_SUCCEED;
}

struct slice_state execution_state_step(const struct execution_state *simulation,
					const struct slice_state *slice_states, size_t number)
{
	const struct plan_step *step = &simulation->plan.steps[number];
	struct slice_state whole = slice_states[step->first_slice];
	bool any = false;

	whole.skipped = false;
	for (size_t i = 0; i < step->n_slices; i++) {
		const struct slice_state *slice_state = &slice_states[step->first_slice + i];

		if (!slice_state->begun)
			break;
		whole.end_ms = slice_state->end_ms;
		if (!slice_state->end_ms) {
			whole.status = slice_state->status;
		} else if (!slice_state->skipped) {
			whole.status = any ? worse_status(whole.status, slice_state->status)
					   : slice_state->status;
			any = true;
		}
	}
	return whole;
}
