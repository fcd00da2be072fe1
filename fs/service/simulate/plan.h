/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_SIMULATE_PLAN_H
#define COCFS_SERVICE_SIMULATE_PLAN_H

#include "base/json.h"
#include "service/simulate/timeline.h"

/*
 * What a document says is to be done, made ready to be walked. The same source gives the same plan,
 * so a plan need not be kept. Pure.
 */

struct plan_source {
	const char *content;		   /* the document, also one that is no plan */
	const char *parameters, *targets;  /* JSON arrays, as an execution keeps them */
	const char *target_parameter_name; /* the parameter that targets stand for, or "" */
	int64_t step_ms;		   /* what a step takes that says nothing else */
};

struct plan_step {
	char *name, *action;
	char *message; /* why it fails, if it does; else NULL */
	cJSON *inputs; /* [{"key", "value"}, …], parameters filled in */
	cJSON *outputs;
	const cJSON *batches; /* see batches.h; empty or NULL: it works on no instances */
	size_t first_slice, n_slices;
};

struct plan {
	struct plan_step *steps;
	size_t n_steps; /* one or more */
	struct slice *slices;
	size_t n_slices;
	cJSON *targets; /* batches that several steps share */
	cJSON *lists;	/* batches of single steps */
};

/*
 * Makes the plan of an execution. A document that is none is a plan too: one step that fails and
 * says why. Returns 0 and a plan to be finished; -ENOMEM.
 */
int plan_make(const struct plan_source *source, struct plan *ret_plan);

/* Frees what a plan holds; a zeroed one is accepted. */
void plan_finish(struct plan *plan);

#endif
