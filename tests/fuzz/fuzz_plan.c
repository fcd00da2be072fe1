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
 * Any content as what an execution of the local service is made of: there is always a plan, within
 * its bounds, and it always comes to rest. Build with -fsanitize=fuzzer,address,undefined and give
 * it tests/corpus/good and tests/corpus/bad as seeds.
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
	struct walk_place *places;
	struct walk_state rest;
	struct plan plan;
	struct walk walk;

	if (!content)
		return 0;
	must(!plan_make(&source, &plan));
	must(plan.n_steps && plan.n_steps <= SERVICE_STEPS_MAX);
	must(plan.n_legs >= plan.n_steps && plan.n_legs <= SERVICE_LEGS_MAX);
	for (size_t i = 0, leg = 0; i < plan.n_steps; leg += plan.steps[i++].n_legs) {
		must(plan.steps[i].first_leg == leg && plan.steps[i].n_legs);
		must(plan.steps[i].name && plan.steps[i].action && plan.steps[i].inputs);
	}
	walk = (struct walk){.legs = plan.legs, .n_legs = plan.n_legs, .start_ms = START};
	places = calloc(plan.n_legs, sizeof(*places));
	must(places);
	walk_to(&walk, WALK_FOREVER, &rest, places);
	must(rest.status == WALK_PENDING || walk_is_end(rest.status));
	must(rest.since_ms >= START && rest.since_ms < WALK_FOREVER);
	must(rest.leg <= plan.n_legs && places[0].begun);
	free(places);
	plan_finish(&plan);
	free(content);
	return 0;
}
