/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_API_EXECUTIONS_STEPS_H
#define COCFS_SERVICE_API_EXECUTIONS_STEPS_H

#include "service/api/call.h"
#include "service/http/reply.h"

/* Answers the call that lists the steps of an execution (call->id), with their states now; or with
 * a refusal. Steps that have not begun are left out. */
void executions_steps(const struct call *call, struct reply *reply);

/* Answers the call that lists the instances that a step of an execution works on; or with a
 * refusal. Instances of batches that have not begun are left out. */
void executions_instances(const struct call *call, struct reply *reply);

#endif
