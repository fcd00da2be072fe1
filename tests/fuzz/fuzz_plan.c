/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "must.h"
#include "service/bounds.h"
#include "service/simulate/plan.h"

/*
 * Takes any content as the document of an execution of the local service. There must always be a
 * plan within its bounds, and the execution must always end, or wait for an operation.
 */

#define START 1000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *content = memchr(data, '\0', size) ? NULL : strndup((const char *)data, size);
	const struct plan_source source = {
		.content = content,
		.parameters = "[{\"key\":\"l\",\"value\":\"[{},\\\"a\\\"]\"}]",
		.targets = "[{\"key\":\"BatchValues\",\"values\":[{\"strategy\":\"PAUSE\"},{}]}]",
		.target_parameter_name = "l",
		.step_ms = 7,
	};
	struct slice_state *slice_states;
	struct timeline_state rest;
	struct plan plan;
	struct timeline timeline;

	if (!content)
		return 0;
	must(!plan_make(&source, &plan));
	must(plan.n_steps && plan.n_steps <= SERVICE_STEPS_MAX);
	must(plan.n_slices >= plan.n_steps && plan.n_slices <= SERVICE_SLICES_MAX);
	for (size_t i = 0, slice = 0; i < plan.n_steps; slice += plan.steps[i++].n_slices) {
		must(plan.steps[i].first_slice == slice && plan.steps[i].n_slices);
		must(plan.steps[i].name && plan.steps[i].action && plan.steps[i].inputs);
	}
	timeline = (struct timeline){
		.slices = plan.slices, .n_slices = plan.n_slices, .start_ms = START};
	slice_states = calloc(plan.n_slices, sizeof(*slice_states));
	must(slice_states);
	timeline_at(&timeline, TIMELINE_FOREVER, &rest, slice_states);
	must(rest.status == STATUS_PENDING || execution_status_is_end(rest.status));
	must(rest.since_ms >= START && rest.since_ms < TIMELINE_FOREVER);
	must(rest.slice <= plan.n_slices && slice_states[0].begun);
	free(slice_states);
	plan_finish(&plan);
	free(content);
	return 0;
}
