/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_API_DOCUMENTS_H
#define COCFS_SERVICE_API_DOCUMENTS_H

#include "service/api/call.h"
#include "service/http/reply.h"

/*
 * The operations on documents. All have one shape: the answer is made in reply, also when it is no.
 */

void documents_create(const struct call *call, struct reply *reply);
void documents_list(const struct call *call, struct reply *reply);
void documents_show(const struct call *call, struct reply *reply);
void documents_update(const struct call *call, struct reply *reply);
void documents_delete(const struct call *call, struct reply *reply);

/* The answer for what the store could not do. */
void documents_failed(const struct err *err, const struct request *request, struct reply *reply);

#endif
