/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_API_EXECUTIONS_STEPS_H
#define COCFS_SERVICE_API_EXECUTIONS_STEPS_H

#include "service/api/call.h"
#include "service/http/reply.h"

/* Answers with the steps of an execution. */
void executions_steps(const struct call *call, struct reply *reply);

/* Answers with the instances that a step works on. */
void executions_instances(const struct call *call, struct reply *reply);

#endif
