/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "service/simulate/batches.h"
#include "service/api/documents.h"
#include "service/api/executions_steps.h"
#include "service/api/fields.h"
#include "service/api/rows.h"
#include "service/simulate/execution_state.h"

/*
 * The steps of an execution, and the instances of a step, are not stored. They are computed from
 * the plan and the timeline. Their IDs begin with the execution's ID: "EX…-2" is the second step,
 * "EX…-2-7" is the seventh instance of that step.
 */
#define STEP_ID_SIZE (STORE_EXECUTION_ID_SIZE + 12)
#define INSTANCE_ID_SIZE (STEP_ID_SIZE + 12)

/* A page of steps or instances while it is made. */
struct step_page {
	const struct request *request;
	int64_t limit, offset;
	int64_t total; /* how many rows match so far, on all pages */
	size_t step;   /* index of the step whose instances the request asks for */
	cJSON *rows;
	struct err err;
};

/* Counts a row that matches the request. Returns whether the row belongs on the page. */
static bool is_in_page(struct step_page *page)
{
	int64_t place = page->total++ - page->offset;

	return place >= 0 && place < page->limit;
}

/* Returns the message for a step, or for an instance of the step, in this state. */
static const char *message_of(const struct plan_step *step, const struct slice_state *slice_state)
{
	switch (slice_state->status) {
	case STATUS_PENDING:
		return "waits for RESUME";
	case STATUS_SUCCEED:
		return "nothing was executed: this is the local service";
	case STATUS_CANCELED:
		return slice_state->skipped ? "passed over by SKIP_BATCH" : "ended by TERMINATE";
	case STATUS_FAILED:
	case STATUS_TIMEOUT:
		return step->message ? step->message : "";
	default:
		return "";
	}
}

static bool add_slice_state(cJSON *row, const struct plan_step *step,
			    const struct slice_state *slice_state)
{
	return rows_time(row, "start_time", slice_state->start_ms) &&
	       rows_time(row, "end_time", slice_state->end_ms) &&
	       rows_text(row, "message", message_of(step, slice_state)) &&
	       rows_text(row, "status", execution_status_word(slice_state->status));
}

/* Does the request ask for this step? Yes, if one of its execution_step_id_list parameters names
 * the step, or if none names a step. */
static bool is_wanted(const struct request *request, const char *step_id)
{
	bool any = false;

	for (size_t i = 0; i < request->uri.n_params; i++) {
		const struct sign_param *param = &request->uri.params[i];

		if (strcmp(param->key, "execution_step_id_list") || !*param->value)
			continue;
		if (!strcmp(param->value, step_id))
			return true;
		any = true;
	}
	return !any;
}

/* Moves the JSON *value from a plan into the answer's row, as the member name. Returns true, and
 * *value is NULL then. Without memory returns false, and the plan keeps the value. */
static bool hand_value_over(cJSON *row, const char *name, cJSON **value)
{
	if (!cJSON_AddItemToObject(row, name, *value))
		return false;
	*value = NULL;
	return true;
}

static int append_step(struct step_page *page, struct plan_step *step, const char *step_id,
		       const struct slice_state *slice_state)
{
	cJSON *row = rows_append(page->rows);

	if (!row || !rows_text(row, "execution_step_id", step_id) ||
	    !rows_text(row, "name", step->name) || !rows_text(row, "action", step->action) ||
	    !add_slice_state(row, step, slice_state) ||
	    !cJSON_AddObjectToObject(row, "properties") ||
	    !hand_value_over(row, "inputs", &step->inputs) ||
	    !hand_value_over(row, "outputs", &step->outputs))
		return -ENOMEM;
	return 0;
}

/* Computes the state of an execution, and the present state of each slice in *ret_slice_states,
 * which the caller frees. Returns 0 or -errno. */
static int compute_slice_states(struct step_page *page, const struct store_execution *execution,
				struct execution_state *simulation,
				struct slice_state **ret_slice_states)
{
	struct timeline_state state;
	int r = execution_state_make(&execution->run, execution->operations, simulation,
				     &page->err);

	if (r < 0)
		return r;
	*ret_slice_states = calloc(simulation->timeline.n_slices, sizeof(**ret_slice_states));
	if (!*ret_slice_states)
		return -ENOMEM;
	timeline_at(&simulation->timeline, execution_state_time(execution, page->request->now_ms),
		    &state, *ret_slice_states);
	return 0;
}

static int put_steps(void *data, const struct store_execution *execution)
{
	_cleanup_execution_state_ struct execution_state simulation = {0};
	_cleanup_free_ struct slice_state *slice_states = NULL;
	struct step_page *page = data;
	char step_id[STEP_ID_SIZE];
	int r = compute_slice_states(page, execution, &simulation, &slice_states);

	for (size_t i = 0; r == 0 && i < simulation.plan.n_steps; i++) {
		struct slice_state slice_state = execution_state_step(&simulation, slice_states, i);

		if (!slice_state.begun)
			break;
		snprintf(step_id, sizeof(step_id), "%s-%zu", execution->execution_id, i + 1);
		if (is_wanted(page->request, step_id) && is_in_page(page))
			r = append_step(page, &simulation.plan.steps[i], step_id, &slice_state);
	}
	return r;
}

static int append_instance(struct step_page *page, const struct plan_step *step,
			   const char *step_id, const struct slice_state *slice_state,
			   const cJSON *instance)
{
	char instance_id[INSTANCE_ID_SIZE];
	cJSON *row;

	if (!is_in_page(page))
		return 0;
	row = rows_append(page->rows);
	snprintf(instance_id, sizeof(instance_id), "%s-%" PRId64, step_id, page->total);
	if (!row || !rows_number(row, "id", page->total) ||
	    !rows_text(row, "execution_instance_id", instance_id) ||
	    !rows_text(row, "execution_step_id", step_id) ||
	    !add_slice_state(row, step, slice_state) ||
	    /* the row has both spellings: the API's OpenAPI file says "strat_time", its page and
	     * Terraform say "start_time" */
	    !rows_time(row, "strat_time", slice_state->start_ms))
		return -ENOMEM;
	return batches_properties(instance, cJSON_AddObjectToObject(row, "properties"));
}

static int put_instances(void *data, const struct store_execution *execution)
{
	_cleanup_execution_state_ struct execution_state simulation = {0};
	_cleanup_free_ struct slice_state *slice_states = NULL;
	const struct plan_step *step;
	const cJSON *batch, *instance;
	struct step_page *page = data;
	char step_id[STEP_ID_SIZE];
	size_t slice;
	int r = compute_slice_states(page, execution, &simulation, &slice_states);

	if (r < 0 || page->step >= simulation.plan.n_steps)
		return r;
	step = &simulation.plan.steps[page->step];
	slice = step->first_slice;
	snprintf(step_id, sizeof(step_id), "%s-%zu", execution->execution_id, page->step + 1);
	cJSON_ArrayForEach (batch, step->batches) {
		while (slice < simulation.plan.n_slices &&
		       simulation.plan.slices[slice].end == SLICE_WAITS)
			slice++;
		if (slice >= simulation.plan.n_slices || !slice_states[slice].begun)
			break;
		cJSON_ArrayForEach (instance, json_get(batch, "instances")) {
			r = append_instance(page, step, step_id, &slice_states[slice], instance);
			if (r < 0)
				return r;
		}
		slice++;
	}
	return 0;
}

/* Answers with a page of the rows that put() makes of an execution. For an unknown execution the
 * page is empty. Answers with a refusal if the store fails; gives no body without memory. */
static void answer_page(const struct call *call, const char *execution_id, struct step_page *page,
			int (*put)(void *data, const struct store_execution *execution),
			struct reply *reply)
{
	_cleanup_json_ cJSON *answer = cJSON_CreateObject();
	int r;

	page->request = call->request;
	page->rows = cJSON_AddArrayToObject(answer, "data");
	if (!page->rows)
		return;
	r = store_show_execution(call->store, execution_id, put, page, &page->err);
	if ((r == 0 || r == -ENOENT) && rows_number(answer, "total", page->total)) {
		reply_value(reply, answer);
		answer = NULL;
	} else if (r != -ENOENT && page->err.errnum) {
		documents_failed(&page->err, call->request, reply);
	}
}

void executions_steps(const struct call *call, struct reply *reply)
{
	struct step_page page = {0};

	if (fields_query_page(call->request, &page.limit, &page.offset, reply))
		answer_page(call, call->id, &page, put_steps, reply);
}

void executions_instances(const struct call *call, struct reply *reply)
{
	const char *step_id = uri_param(&call->request->uri, "execution_step_id");
	char execution_id[STORE_EXECUTION_ID_SIZE] = "";
	const char *dash = step_id ? strrchr(step_id, '-') : NULL;
	struct step_page page = {0};
	char *end;

	if (!fields_query_page(call->request, &page.limit, &page.offset, reply))
		return;
	/* cut "EX…-2" at the dash; with an ID of another form execution_id stays "", and the page
	 * gets no rows */
	if (dash && dash - step_id < (ptrdiff_t)sizeof(execution_id)) {
		page.step = strtoul(dash + 1, &end, 10) - 1;
		if (!*end && dash[1] >= '1' && dash[1] <= '9')
			memcpy(execution_id, step_id, (size_t)(dash - step_id));
	}
	answer_page(call, execution_id, &page, put_instances, reply);
}
