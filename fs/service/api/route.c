/* SPDX-License-Identifier: MIT */
#include "service/api/route.h"

#include <stdbool.h>
#include <string.h>

#define ID "*" /* stands for any one segment that is not empty */

/* The table of operations. route_find() takes the first row that matches. So a row with a literal
 * segment must stand above a row with ID in the same place. */
static const struct {
	const char *method;
	const char *segments[URI_SEGMENTS_MAX];
	enum operation operation;
} routes[] = {
	{"POST", {"v1", "documents"}, OP_CREATE_DOCUMENT},
	{"GET", {"v1", "documents"}, OP_LIST_DOCUMENTS},
	{"GET", {"v1", "documents", ID}, OP_SHOW_DOCUMENT},
	{"PUT", {"v1", "documents", ID}, OP_UPDATE_DOCUMENT},
	{"DELETE", {"v1", "documents", ID}, OP_DELETE_DOCUMENT},
	/* not an update: a client that sends POST in the place of PUT executes the document */
	{"POST", {"v1", "documents", ID}, OP_EXECUTE_DOCUMENT},
	{"GET", {"v1", "atomics"}, OP_LIST_ATOMICS},
	{"GET", {"v1", "atomics", ID}, OP_SHOW_ATOMIC},
	{"GET", {"v1", "executions"}, OP_LIST_EXECUTIONS},
	{"POST", {"v1", "executions"}, OP_OPERATE_EXECUTION},
	{"GET", {"v1", "executions", "instances"}, OP_LIST_INSTANCES},
	{"GET", {"v1", "executions", ID}, OP_SHOW_EXECUTION},
	{"GET", {"v1", "executions", ID, "steps"}, OP_LIST_STEPS},
};

/* Returns true if the path of a URI matches the segments of a route. Then *ret_id is the segment in
 * the place of ID, or NULL if the route has none. */
static bool fits_row(const char *const *row, const struct uri *uri, const char **ret_id)
{
	const char *id = NULL;

	for (size_t i = 0; i < URI_SEGMENTS_MAX; i++) {
		if (i >= uri->n_segments) {
			if (row[i])
				return false;
			break;
		}
		if (!row[i] || !uri->segments[i][0])
			return false;
		if (!strcmp(row[i], ID))
			id = uri->segments[i];
		else if (strcmp(row[i], uri->segments[i]))
			return false;
	}
	*ret_id = id;
	return true;
}

enum operation route_find(const char *method, const struct uri *uri, const char **ret_id)
{
	for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++)
		if (!strcmp(method, routes[i].method) && fits_row(routes[i].segments, uri, ret_id))
			return routes[i].operation;
	*ret_id = NULL;
	return OP_NONE;
}
