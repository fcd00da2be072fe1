/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_API_CALL_H
#define COCFS_SERVICE_API_CALL_H

#include "service/http/request.h"
#include "service/store/store.h"

/* A call of one operation: what was asked, by whom, and what it is answered from. */
struct call {
	struct store *store;
	const struct request *request;
	const char *id;	  /* the ID in the path, NULL for an operation without one */
	const char *user; /* the name of the caller */
	int64_t step_ms;  /* what a step of an execution takes that says nothing else */
};

#endif
