/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_API_ROUTE_H
#define COCFS_SERVICE_API_ROUTE_H

#include "service/http/uri.h"

enum operation {
	OP_NONE, /* the API has no such operation */
	OP_CREATE_DOCUMENT,
	OP_LIST_DOCUMENTS,
	OP_SHOW_DOCUMENT,
	OP_UPDATE_DOCUMENT,
	OP_DELETE_DOCUMENT,
	OP_EXECUTE_DOCUMENT,
	OP_LIST_ATOMICS,
	OP_SHOW_ATOMIC,
	OP_LIST_EXECUTIONS,
	OP_SHOW_EXECUTION,
	OP_LIST_STEPS,
	OP_LIST_INSTANCES,
	OP_OPERATE_EXECUTION,
	OP_COUNT,
};

/*
 * Returns the operation of a method and a path, or OP_NONE. *ret_id is the ID in the path, which
 * lives as long as uri; NULL if the path has none.
 */
enum operation route_find(const char *method, const struct uri *uri, const char **ret_id);

#endif
