/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_SIMULATE_PLAN_H
#define COCFS_SERVICE_SIMULATE_PLAN_H

#include "base/json.h"
#include "service/simulate/timeline.h"

/*
 * The plan of an execution: the steps and slices that a document asks for. The same source always
 * gives the same plan, so no plan is stored. Pure.
 */

struct plan_source {
	const char *content;		   /* the document, which may be wrong */
	const char *parameters, *targets;  /* JSON arrays, as in the record of an execution */
	const char *target_parameter_name; /* the parameter that the targets replace; "": none */
	int64_t step_ms;		   /* how long a step takes if its inputs give no time */
};

struct plan_step {
	char *name, *action;
	char *message; /* why the step fails; NULL: it does not */
	cJSON *inputs; /* [{"key", "value"}, …], with parameters filled in */
	cJSON *outputs;
	const cJSON *batches; /* see batches.h; empty or NULL: the step works on no instances */
	size_t first_slice, n_slices;
};

struct plan {
	struct plan_step *steps;
	size_t n_steps; /* at least 1 */
	struct slice *slices;
	size_t n_slices;
	cJSON *targets; /* batches of the targets; several steps may share them */
	cJSON *lists;	/* an array of the batches that only one step has */
};

/*
 * Makes the plan of an execution. A document that cannot be executed has a plan too: one step that
 * fails and says why. Returns 0 and a plan that plan_finish() frees; or -ENOMEM.
 */
int plan_make(const struct plan_source *source, struct plan *ret_plan);

/* Frees the memory of a plan. A zeroed plan is accepted. */
void plan_finish(struct plan *plan);

#endif
