/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_API_EXECUTIONS_H
#define COCFS_SERVICE_API_EXECUTIONS_H

#include "service/api/call.h"
#include "service/http/reply.h"

/*
 * The operations on executions. Nothing is executed. An execution is a record of a request, and its
 * state is computed when somebody asks (timeline.h). Each operation puts its answer into reply,
 * also a refusal. executions_read.h and executions_steps.h have the operations that only read.
 */

/* Records a new execution of the document call->id. The answer is the ID of the execution, or a
 * refusal. */
void executions_execute(const struct call *call, struct reply *reply);

/* Records an operation (RESUME, TERMINATE, RETRY or SKIP_BATCH) on the execution that the body
 * names. An operation that the state of the execution does not allow is refused. */
void executions_operate(const struct call *call, struct reply *reply);

#endif
