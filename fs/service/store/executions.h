/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_STORE_EXECUTIONS_H
#define COCFS_SERVICE_STORE_EXECUTIONS_H

#include <stdbool.h>

#include "base/buf.h"
#include "service/store/store.h"

/*
 * The executions in the data file. What is kept of one are facts that do not change by themselves:
 * what was asked for, the document as it was then, and what has been done to it since. Where it
 * stands is computed from them. Functions fail as those of store.h do.
 */

/* "EX", the time in 17 digits (to the ms), 8 random characters, NUL. */
#define STORE_EXECUTION_ID_SIZE 28

/*
 * How an execution goes on if nobody does anything more to it: its status is `moving` until
 * settle_ms, and `settled` from then on. It is kept so that a list need not walk every execution.
 */
struct store_outlook {
	const char *moving, *settled;
	int64_t settle_ms;
	bool ends; /* settled is an end, not a pause */
};

/* A new execution; strings are borrowed. */
struct store_run {
	const char *document_id, *document_name, *version_uuid, *content;
	int64_t version;
	const char *creator, *description, *type, *target_parameter_name;
	const char *parameters, *sys_tags, *targets; /* JSON arrays */
	int64_t start_ms, step_ms;
	struct store_outlook outlook;
};

/* Stores an execution with the tags that its document has. Returns 0 and its ID; -ENOENT: the
 * document is gone. */
int store_execute(struct store *store, const struct store_run *run,
		  char ret_id[STORE_EXECUTION_ID_SIZE], struct err *err);

/* An execution as it is read; valid while the callback that gets it runs. */
struct store_execution {
	int64_t number; /* the row in the data file */
	const char *execution_id, *tags;
	int64_t change_ms; /* when it was begun, or last something was done to it */
	struct store_run run;
	const char *acts; /* what was done to it, a text of its owner's making; not in a list */
};

/* Reads an execution. Returns 0; -ENOENT: there is no such; or the callback's negative value. */
int store_show_execution(struct store *store, const char *id,
			 int (*each)(void *data, const struct store_execution *execution),
			 void *data, struct err *err);

/* What to list; NULL and 0 filter nothing. */
struct store_execution_filter {
	const char *creator_like, *document_name_like; /* a part; ASCII letters in either case */
	const char *document_id;
	int64_t start_after_ms;
	int64_t end_before_ms; /* only what has ended, as of now_ms */
	int64_t now_ms;
	const char *tags; /* a JSON array of {"key", "value"}: all are to be there */
	int64_t limit, offset;
};

/*
 * Lists executions, newest first, without content and acts, until the callback returns another
 * value than 0. Returns 0 and how many match, over all pages; or the callback's negative value.
 */
int store_list_executions(struct store *store, const struct store_execution_filter *filter,
			  int (*each)(void *data, const struct store_execution *execution),
			  void *data, int64_t *ret_total, struct err *err);

/* What becomes of an execution that something is done to. */
struct store_change {
	int64_t change_ms;
	struct buf acts;
	struct store_outlook outlook;
};

/*
 * Lets decide() see an execution and say what it becomes; nobody else changes it meanwhile.
 * Returns 0; -ENOENT: there is no such; or the negative value of decide(), and nothing is changed.
 */
int store_operate(struct store *store, const char *id,
		  int (*decide)(void *data, const struct store_execution *execution,
				struct store_change *change),
		  void *data, struct err *err);

#endif
