/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_DOCUMENTS_H
#define COCFS_SERVICE_DOCUMENTS_H

#include "service/reply.h"
#include "service/request.h"
#include "service/store.h"

/*
 * The operations on documents. All have one shape: id is the ID in the path or NULL, user is
 * whoever signed the request, and the answer is made in reply, also when the answer is no.
 */

void documents_create(struct store *store, const struct request *request, const char *id,
		      const char *user, struct reply *reply);
void documents_list(struct store *store, const struct request *request, const char *id,
		    const char *user, struct reply *reply);
void documents_show(struct store *store, const struct request *request, const char *id,
		    const char *user, struct reply *reply);
void documents_update(struct store *store, const struct request *request, const char *id,
		      const char *user, struct reply *reply);
void documents_delete(struct store *store, const struct request *request, const char *id,
		      const char *user, struct reply *reply);

/* The answer for what the store could not do. */
void documents_failed(const struct err *err, const struct request *request, struct reply *reply);

#endif
