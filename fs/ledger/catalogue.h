/* SPDX-License-Identifier: MIT */
#ifndef COCFS_LEDGER_CATALOGUE_H
#define COCFS_LEDGER_CATALOGUE_H

#include "ledger/ledger.h"

/*
 * The catalogue in the ledger: each job as the service listed it last. It is for
 * display. Nothing that writes relies on it. It changes and becomes durable like the rest of the
 * ledger (ledger.h).
 */

/* A job as a row of ListDocuments tells it. Borrowed strings; NULL: not told. */
struct ledger_listed {
	const char *job_id, *name;
	int64_t version;	      /* 1, 2, …; 0: not told */
	int64_t create_ms, update_ms; /* since the epoch, by the service's clock; 0: not told */
	const char *creator, *modifier, *project;
};

/* Keeps a job as it was listed now, in place of how it was listed before. Writes nothing if that is
 * the same. Returns whether something is new (1 or 0), or -errno. */
int ledger_catalogue_put(struct ledger *ledger, const struct ledger_listed *job);

/* A job is gone. */
int ledger_catalogue_drop(struct ledger *ledger, const char *job_id);

/* A scan that began at begun_ms (since the epoch) has read the list to its end. */
int ledger_catalogue_complete(struct ledger *ledger, int64_t begun_ms);

/* When the last scan began that has read the list to its end; 0: none ever has, and what the
 * catalogue has is a part. */
int ledger_catalogue_when(struct ledger *ledger, int64_t *ret_begun_ms);

/* The list of a scan is the account's: the jobs that were new to it are accepted from now on. */
int ledger_catalogue_accept(struct ledger *ledger);

/* Calls fn for the job IDs that come after one ("": for the first ones), at most max of them, in
 * their order. fn must not write to the ledger. Stops when fn returns a negative value, which is
 * returned. */
int ledger_catalogue_ids(struct ledger *ledger, const char *after, int max,
			 int (*fn)(void *data, const char *job_id, bool is_accepted), void *data);

/* A job of the catalogue, and the path that is bound to it. Borrowed, good until fn returns. */
struct ledger_catalogue_row {
	struct ledger_listed job;
	const char *path;	 /* NULL: no path of this space is bound to the job */
	bool is_aside;		 /* see ledger_set_aside() */
	struct holding holding;	 /* of the path */
	const char *import_name; /* of the import in the root; NULL: it is none that is placed */
};

/* The same for all that is known of the jobs. */
int ledger_catalogue_list(struct ledger *ledger, const char *after, int max,
			  int (*fn)(void *data, const struct ledger_catalogue_row *row),
			  void *data);

#endif
