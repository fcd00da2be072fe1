/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_API_DOCUMENTS_H
#define COCFS_SERVICE_API_DOCUMENTS_H

#include "service/api/call.h"
#include "service/http/reply.h"

/* The operations on documents. Each operation puts its answer into reply, also a refusal. */

void documents_create(const struct call *call, struct reply *reply);
void documents_list(const struct call *call, struct reply *reply);
void documents_show(const struct call *call, struct reply *reply);
void documents_update(const struct call *call, struct reply *reply);
void documents_delete(const struct call *call, struct reply *reply);

/* Makes the answer for an error of the store. For ENOENT, ENODATA and EDQUOT this is a refusal of
 * COC; for each other error it is 500 with the text of err. */
void documents_failed(const struct err *err, const struct request *request, struct reply *reply);

#endif
