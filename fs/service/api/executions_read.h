/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_API_EXECUTIONS_READ_H
#define COCFS_SERVICE_API_EXECUTIONS_READ_H

#include "service/api/call.h"
#include "service/http/reply.h"

/* Answers the call that lists executions: with one page, newest first; or with a refusal. */
void executions_list(const struct call *call, struct reply *reply);

/* Answers the call that shows the execution call->id, with its state now; or with a refusal. */
void executions_show(const struct call *call, struct reply *reply);

#endif
