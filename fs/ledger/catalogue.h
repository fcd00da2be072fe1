/* SPDX-License-Identifier: MIT */
#ifndef COCFS_LEDGER_CATALOGUE_H
#define COCFS_LEDGER_CATALOGUE_H

#include "ledger/ledger.h"

/*
 * The catalogue in the ledger: each job as the service listed it last. It is for display: nothing
 * that writes relies on it. Changes become visible and durable like those of the rest of the ledger
 * (ledger.h). Functions return 0 or -errno, unless their comment says otherwise.
 */

/* A job as a row of ListDocuments tells it. Strings are borrowed; NULL if the row does not tell the
 * value. */
struct ledger_listed {
	const char *job_id, *name;
	int64_t version;	      /* 1, 2, …; 0: not known */
	int64_t create_ms, update_ms; /* since the epoch, by the service's clock; 0: not known */
	const char *creator, *modifier, *project;
};

/* Records a job as the service has just listed it, in place of its earlier record. Returns 1 if the
 * record has changed or is new, 0 if nothing had to be written, or -errno. */
int ledger_catalogue_put(struct ledger *ledger, const struct ledger_listed *job);

/* Removes a job from the catalogue, because the service says that there is no such job. A job that
 * is not in the catalogue is accepted. */
int ledger_catalogue_drop(struct ledger *ledger, const char *job_id);

/* Records that a scan, which began at begun_ms (since the epoch), has read the list to its end. */
int ledger_catalogue_complete(struct ledger *ledger, int64_t begun_ms);

/* Finds when the last whole scan began (ms since the epoch): one that has read the list to its end.
 * 0: there was none, so the catalogue has only a part of the jobs. */
int ledger_catalogue_when(struct ledger *ledger, int64_t *ret_begun_ms);

/* Records that the last scan's list is of the same account as the earlier lists. All jobs of the
 * catalogue are accepted from now on (submit/missing.c). */
int ledger_catalogue_accept(struct ledger *ledger);

/* Calls fn for at most max job IDs that come after `after` ("" for the first), in their order.
 * is_accepted: ledger_catalogue_accept() was called since the job was first listed. fn must not
 * write to the ledger. Stops when fn returns a negative value, and returns that value. */
int ledger_catalogue_ids(struct ledger *ledger, const char *after, int max,
			 int (*fn)(void *data, const char *job_id, bool is_accepted), void *data);

/* A job of the catalogue, and the path that is bound to it. Borrowed; valid until fn returns. */
struct ledger_catalogue_row {
	struct ledger_listed job;
	const char *path; /* NULL: no path of this space is bound to the job */
	bool is_aside;	  /* the row of the path was set aside: ledger_set_aside() */
	/* the users to whom the job of the path belongs: the recorded owner, and an heir if there
	 * is one (job/owner.h) */
	struct holding holding;
	/* the file name of the placed import in the root; NULL: there is none */
	const char *import_name;
};

/* Calls fn as ledger_catalogue_ids() does, but with a whole struct ledger_catalogue_row. */
int ledger_catalogue_list(struct ledger *ledger, const char *after, int max,
			  int (*fn)(void *data, const struct ledger_catalogue_row *row),
			  void *data);

#endif
