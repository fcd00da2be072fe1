/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_API_EXECUTIONS_H
#define COCFS_SERVICE_API_EXECUTIONS_H

#include "service/api/call.h"
#include "service/http/reply.h"

/*
 * The operations on executions. Nothing is executed: an execution is a record of what was asked
 * for, and where it stands is computed when somebody looks (timeline.h). All have one shape: the
 * answer is made in reply, also when it is no.
 */

void executions_execute(const struct call *call, struct reply *reply);
void executions_list(const struct call *call, struct reply *reply);
void executions_show(const struct call *call, struct reply *reply);
void executions_steps(const struct call *call, struct reply *reply);
void executions_instances(const struct call *call, struct reply *reply);
void executions_operate(const struct call *call, struct reply *reply);

#endif
