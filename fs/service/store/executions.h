/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_STORE_EXECUTIONS_H
#define COCFS_SERVICE_STORE_EXECUTIONS_H

#include <stdbool.h>

#include "base/buf.h"
#include "service/store/store.h"

/*
 * The executions in the data file. The record of an execution has facts that do not change by
 * themselves: the request, the document at the time of the request, and the operations since. The
 * state of an execution is computed from these facts. The functions fail as those of store.h do.
 */

/* Room for the ID of an execution: "EX", the time in 17 digits (to the ms), 8 random characters, a
 * NUL. */
#define STORE_EXECUTION_ID_SIZE 28

/*
 * How an execution goes on if there are no more operations: its status is `moving` until settle_ms,
 * and `settled` from then on. This is stored, so a list need not compute the state of each
 * execution.
 */
struct store_outlook {
	const char *moving, *settled;
	int64_t settle_ms;
	bool ends; /* the status settled is the end of the execution, and not a pause */
};

/* The record of a new execution, for store_execute(). The strings are borrowed. */
struct store_run {
	const char *document_id, *document_name, *version_uuid, *content;
	int64_t version;
	const char *creator, *description, *type, *target_parameter_name;
	const char *parameters, *sys_tags, *targets; /* JSON arrays */
	int64_t start_ms, step_ms;
	struct store_outlook outlook;
};

/* Stores an execution, with the tags of its document. Returns 0 and its ID; -ENOENT: the document
 * is gone. */
int store_execute(struct store *store, const struct store_run *run,
		  char ret_id[STORE_EXECUTION_ID_SIZE], struct err *err);

/* An execution from the store. The strings are valid while the callback runs. */
struct store_execution {
	int64_t number; /* the number of the execution's row in the data file */
	const char *execution_id, *tags;
	int64_t change_ms; /* when the execution began, or the last operation on it came */
	struct store_run run;
	const char *
		operations; /* text of all operations, see execution_state_make(); NULL in a list */
};

/* Reads an execution, and calls each() with it. Returns 0; -ENOENT: there is no such execution; or
 * the negative number of each(). */
int store_show_execution(struct store *store, const char *id,
			 int (*each)(void *data, const struct store_execution *execution),
			 void *data, struct err *err);

/* Which executions store_list_executions() lists. A member that is NULL or 0 does not filter. */
struct store_execution_filter {
	const char *creator_like,
		*document_name_like; /* parts of names; ASCII letters match in either case */
	const char *document_id;
	int64_t start_after_ms;
	int64_t end_before_ms; /* only executions that ended before this time, and by now_ms */
	int64_t now_ms;
	const char *tags; /* a JSON array of {"key", "value"}: an execution must have them all */
	int64_t limit, offset;
};

/*
 * Calls each() with the executions of a page, newest first, without content and operations. Ends
 * early if each() returns another number than 0. Returns 0, and in *ret_total how many executions
 * match, on all pages; or the negative number of each().
 */
int store_list_executions(struct store *store, const struct store_execution_filter *filter,
			  int (*each)(void *data, const struct store_execution *execution),
			  void *data, int64_t *ret_total, struct err *err);

/* The new values that an operation brings into the record of an execution. operations: the text of
 * all operations, the new one too. */
struct store_change {
	int64_t change_ms;
	struct buf operations;
	struct store_outlook outlook;
};

/*
 * Calls decide() with an execution. decide() fills the change, which is stored. Nobody else can
 * change the execution in the meantime. Returns 0; -ENOENT: there is no such execution; or the
 * negative number of decide(): then nothing is changed.
 */
int store_operate(struct store *store, const char *id,
		  int (*decide)(void *data, const struct store_execution *execution,
				struct store_change *change),
		  void *data, struct err *err);

#endif
