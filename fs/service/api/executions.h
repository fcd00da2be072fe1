/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_API_EXECUTIONS_H
#define COCFS_SERVICE_API_EXECUTIONS_H

#include "service/api/call.h"
#include "service/http/reply.h"

/*
 * The operations on executions. Nothing is executed: an execution is a record of what was asked
 * for, and where it stands is computed when somebody looks (timeline.h). All have one shape: the
 * answer is made in reply, also when it is no. executions_read.h and executions_steps.h have the
 * operations that only read.
 */

/* Records an execution of a document. */
void executions_execute(const struct call *call, struct reply *reply);

/* Records what is to be done to an execution: RESUME, TERMINATE, RETRY or SKIP_BATCH. */
void executions_operate(const struct call *call, struct reply *reply);

#endif
