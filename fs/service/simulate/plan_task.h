/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_SIMULATE_PLAN_TASK_H
#define COCFS_SERVICE_SIMULATE_PLAN_TASK_H

#include "base/json.h"
#include "service/simulate/timeline.h"

/* What the task of a step comes to, by its action and its inputs. Pure. */

/* Inputs of our own, which say what becomes of a step. The cloud has nothing of the kind. */
#define PLAN_OUTCOME "local_outcome" /* succeed, fail, fail-once, timeout */
#define PLAN_SECONDS "local_seconds" /* how long it takes */
#define PLAN_MESSAGE "local_message" /* what it fails with */

/* The action of "hwc:runbook:ACTION@x.y.z"; "" for a task of another form. The caller frees it;
 * NULL when out of memory. */
char *plan_action(const char *task);

/* The value of an input in [{"key", "value"}, …]; NULL when it is not there. */
const char *plan_input(const cJSON *inputs, const char *key);

struct plan_task {
	enum slice_end end;
	int64_t ms;
	char *message; /* of a failure; allocated, or NULL */
};

/* Finds how a step ends. step_ms is what it takes if it says nothing else. Returns 0 or -ENOMEM. */
int plan_task_read(const char *action, const cJSON *inputs, int64_t step_ms,
		   struct plan_task *ret_task);

#endif
