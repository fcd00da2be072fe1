/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_REMOVED_NAME_H
#define COCFS_SUBMIT_REMOVED_NAME_H

#include "submit/state.h"

/* Names that remember a job and have no file. The comment at the top of removed_name.c explains
 * when a file of another name takes such a job. */

/*
 * Finds the row that is bound to a job, if the file of the row was removed. Returns 0 with
 * *ret_removed if a file of taker's owner may take the job over. Returns -ENOENT if no row has the
 * job, if the row's file is there, or if the row is another user's. Returns -EBUSY if a submission
 * of the row is queued, under way or in doubt. Returns another -errno if the ledger or the spool
 * cannot be read. Finish *ret_removed afterwards, also after a failure.
 */
int removed_name_find(struct engine *engine, const char *job_id, const struct holding *taker,
		      struct job_record *ret_removed);

/* Does the same as removed_name_find() for a create, whose row is the taker. With adopt=same
 * returns -ENOENT also for a row with another text than the create's, and for a job that was made
 * here, or bound here on purpose. */
int removed_name_find_for(const struct submission *submission, const char *job_id,
			  struct job_record *ret_removed);

/* Returns the path of a row, for a message to this reader. The path is owned. NULL if the row is
 * another user's, if it cannot be read, or when out of memory. */
char *removed_name_path(struct engine *engine, int64_t row, const struct holding *reader);

#endif
