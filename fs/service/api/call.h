/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_API_CALL_H
#define COCFS_SERVICE_API_CALL_H

#include "service/http/request.h"
#include "service/store/store.h"

/* A call of one operation: the request, the caller, and the store that the answer comes from. */
struct call {
	struct store *store;
	const struct request *request;
	const char *id;	  /* the ID in the path; NULL: the operation has none */
	const char *user; /* the name of the caller */
	int64_t step_ms;  /* how long a step takes if its inputs give no time */
};

#endif
