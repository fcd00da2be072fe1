/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_API_ATOMICS_H
#define COCFS_SERVICE_API_ATOMICS_H

#include "service/api/call.h"
#include "service/http/reply.h"

/* The operations on atomics. An atomic is an action that a step can have. The service offers the
 * atomics of atomics_table.h. Each operation puts its answer into reply, also a refusal. */

void atomics_list(const struct call *call, struct reply *reply);
void atomics_show(const struct call *call, struct reply *reply);

#endif
