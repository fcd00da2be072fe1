/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_SIMULATE_PLAN_TASK_H
#define COCFS_SERVICE_SIMULATE_PLAN_TASK_H

#include "base/json.h"
#include "service/simulate/timeline.h"

/* How the task of a step ends, by its action and its inputs. Pure. */

/* Inputs that only the local service knows. They say how a step ends. The cloud has no such
 * inputs. */
#define PLAN_OUTCOME "local_outcome" /* succeed, fail, fail-once, timeout */
#define PLAN_SECONDS "local_seconds" /* how many seconds the step takes */
#define PLAN_MESSAGE "local_message" /* the message of its failure */

/* Returns the action of "hwc:runbook:ACTION@x.y.z"; "" for a task of another form. The caller frees
 * the text. Returns NULL without memory. */
char *plan_action(const char *task);

/* Returns the value of an input in [{"key", "value"}, …]; NULL if there is no such input. */
const char *plan_input(const cJSON *inputs, const char *key);

struct plan_task {
	enum slice_end end;
	int64_t ms;
	char *message; /* of a failure; the caller frees it. NULL: no failure */
};

/* Finds out from the action and the inputs of a step how the step ends. step_ms: how long the step
 * takes if its inputs give no time. Returns 0 or -ENOMEM. */
int plan_task_read(const char *action, const cJSON *inputs, int64_t step_ms,
		   struct plan_task *ret_task);

#endif
