/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_API_EXECUTIONS_READ_H
#define COCFS_SERVICE_API_EXECUTIONS_READ_H

#include "service/api/call.h"
#include "service/http/reply.h"

/* Answers with a page of the executions. */
void executions_list(const struct call *call, struct reply *reply);

/* Answers with one execution. */
void executions_show(const struct call *call, struct reply *reply);

#endif
